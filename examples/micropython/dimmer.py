# A dimmer: the position of a potentiometer goes to the lamp whenever it has changed.
import time
import espnow
import network
from machine import ADC, Pin

LAMP = b"\x24\x0a\xc4\x00\x00\x40"
LEAST = 700  # less than that is noise

knob = ADC(Pin(34))
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(LAMP)

sent = None
while True:
    value = sum(knob.read_u16() for _ in range(4)) // 4
    if (sent is None or abs(value - sent) > LEAST) and e.send(LAMP, value.to_bytes(2, "big")):
        sent = value
        print(value * 100 // 65535, "%")
    time.sleep_ms(50)
