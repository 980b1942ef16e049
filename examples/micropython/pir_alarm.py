# An alarm: a PIR sensor or the window's contact wakes it, it tells the siren again and again until that answers.
import time
import espnow
import network
from machine import Pin

SIREN = b"\x24\x0a\xc4\x00\x00\x20"

events = []
pir = Pin(14, Pin.IN)
window = Pin(27, Pin.IN, Pin.PULL_UP)
pir.irq(lambda pin: events.append(b"motion"), Pin.IRQ_RISING)
window.irq(lambda pin: events.append(b"window"), Pin.IRQ_RISING)

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(SIREN)
print("armed")

while True:
    if events:
        event = events.pop(0)
        tries = 1
        while not e.send(SIREN, event):
            tries += 1
            time.sleep(1)
        print(event.decode(), "told in", tries, "tries")
    time.sleep_ms(20)
