# Prints the readings of all sensors, and lights a lamp while one of them is too high.
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

high = set()
for mac, msg in e:
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
