# A lamp that a button switches by ESP-NOW.
import espnow
import network
from machine import Pin

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
lamp = Pin(2, Pin.OUT, value=0)

for host, msg in e:
    if msg == b"toggle":
        lamp.toggle()
