# A lamp in the house that is on from a letter in the box (mailbox.py) until its button is pressed.
import espnow
import network
from machine import Pin

lamp = Pin(2, Pin.OUT, value=0)
button = Pin(0, Pin.IN, Pin.PULL_UP)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
last = None
while True:
    mac, msg = e.recv(50)
    if mac and len(msg) > 9 and msg[1:9] != last:
        last = bytes(msg[1:9])
        lamp.on()
        print(msg[9:].decode())
    if lamp.value() and not button.value():
        lamp.off()
        print("fetched")
