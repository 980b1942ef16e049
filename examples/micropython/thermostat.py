# A thermostat: a rotary encoder chooses a temperature in a menu on an OLED, a press sends it to the valve of the radiator,
# which answers how far it opens.
import time
import espnow
import network
from machine import I2C, Pin
from oled import SSD1306

VALVE = b"\x24\x0a\xc4\x00\x00\x60"
LOWEST, HIGHEST = 10, 60  # half degrees

clk, dt = Pin(32, Pin.IN, Pin.PULL_UP), Pin(33, Pin.IN, Pin.PULL_UP)
button = Pin(25, Pin.IN, Pin.PULL_UP)
oled = SSD1306(I2C(0, scl=Pin(22), sda=Pin(21)))
wanted = 40
presses = 0


def turned(pin):
    global wanted
    wanted = max(LOWEST, min(HIGHEST, wanted + (1 if dt.value() else -1)))


def pressed(pin):
    global presses
    presses += 1


clk.irq(turned, Pin.IRQ_FALLING)
button.irq(pressed, Pin.IRQ_FALLING)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(VALVE)


def send():
    if not e.send(VALVE, bytes((wanted,))):
        return "no valve"
    mac, msg = e.recv(3000)
    return "%d %% open" % msg[0] if msg else "no answer"


state, shown = "", None
while True:
    if presses:
        presses = 0
        state = send()
        print(wanted / 2, state)
    if (wanted, state) != shown:
        shown = (wanted, state)
        oled.fill(0)
        oled.text("wanted %4.1f C" % (wanted / 2), 0, 0)
        oled.text(state, 0, 16)
        oled.show()
    time.sleep_ms(20)
