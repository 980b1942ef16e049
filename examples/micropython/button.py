# A button that switches a lamp by ESP-NOW.
import espnow
import network
import time
from machine import Pin

LAMP = b"\x24\x0a\xc4\x00\x00\x02"

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(LAMP)

presses = 0


def pressed(pin):
    global presses
    presses += 1


Pin(0, Pin.IN, Pin.PULL_UP).irq(pressed, Pin.IRQ_FALLING)

while True:
    if presses:
        presses = 0
        print("switched" if e.send(LAMP, b"toggle") else "no lamp in reach")
    time.sleep_ms(10)
