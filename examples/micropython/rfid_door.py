# A door that opens for known RFID cards. Who opens it is told to the guard by ESP-NOW, and kept in a file.
import time
import espnow
import network
from machine import SPI, Pin
from mfrc522 import MFRC522

GUARD = b"\x24\x0a\xc4\x00\x00\x01"
CARDS = {"04a1b2c3": "Ada", "deadbeef": "Grace"}
OPEN_MS = 3000

reader = MFRC522(SPI(1, baudrate=1_000_000, sck=Pin(14), mosi=Pin(13), miso=Pin(12)), Pin(5))
lock = Pin(26, Pin.OUT, value=0)

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(GUARD)


def log(text):
    print(text)
    with open("/door.log", "a") as file:
        file.write(text + "\n")
    if not e.send(GUARD, text):
        print("the guard does not answer")


last = None
while True:
    card = reader.card()
    number = card and card.hex()
    if number != last and number is not None:
        name = CARDS.get(number)
        if name is None:
            log("unknown card " + number)
        else:
            log(name + " came in")
            lock(1)
            time.sleep_ms(OPEN_MS)
            lock(0)
    last = number
    time.sleep_ms(200)
