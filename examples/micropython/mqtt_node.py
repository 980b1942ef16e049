# Looks for its gateway on all channels, then counts for it, and prints the commands that it gets.
import time
import espnow
import network

GATEWAY = b"\x24\x0a\xc4\x00\x00\x01"

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
