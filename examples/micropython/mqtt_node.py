# Looks for its gateway on all channels, then counts for it, and has a lamp that its commands switch: on, off, or another word, which it prints.
import time
import espnow
import network
from machine import Pin

GATEWAY = b"\x24\x0a\xc4\x00\x00\x01"

lamp = Pin(2, Pin.OUT, value=0)
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(GATEWAY)


def find_gateway():
    while True:
        for channel in range(1, 14):
            sta.config(channel=channel)
            if e.send(GATEWAY, "hello"):
                return print("found on channel", channel)
        time.sleep(1)


count = 0
find_gateway()
while True:
    count += 1
    if not e.send(GATEWAY, "count %d" % count):
        find_gateway()
    mac, msg = e.recv(5000)
    if mac:
        print("command:", msg.decode())
        if msg in (b"on", b"off"):
            lamp.value(msg == b"on")
