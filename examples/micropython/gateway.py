# Prints the readings of all sensors, and lights a lamp while one of them is too high. Answers sensors that ask for it.
import json
import espnow
import machine
import network

TOO_HIGH = 50_000

lamp = machine.Pin(2, machine.Pin.OUT, value=0)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.config(timeout_ms=-1)


# A peer only for the answer: a board has room for twenty.
def answer(mac):
    e.add_peer(mac)
    e.send(mac, b"here")
    e.del_peer(mac)


high = set()
for mac, msg in e:
    if msg == b"gateway?":
        answer(mac)
        continue
    try:
        readings = json.loads(msg)
    except ValueError:
        print("no JSON from", mac.hex(), bytes(msg))
        continue
    print(mac.hex(), readings)
    if readings[-1] > TOO_HIGH:
        high.add(mac)
    else:
        high.discard(mac)
    lamp.value(bool(high))
