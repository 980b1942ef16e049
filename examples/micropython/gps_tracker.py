# A tracker: sends its place when it has moved by more than 50 meters, at least every five minutes.
import json
import math
import time
import espnow
import network
from machine import UART
from nmea import place

GATEWAY = b"\x24\x0a\xc4\x00\x00\x01"
FAR_M = 50
LONGEST_MS = 300_000

uart = UART(2, 9600, rx=16, tx=17, timeout=1500, rxbuf=512)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(GATEWAY)


# Meters, near enough for small distances.
def distance(a, b):
    north = (a[0] - b[0]) * 111_320
    east = (a[1] - b[1]) * 111_320 * math.cos(math.radians(a[0]))
    return math.sqrt(north * north + east * east)


last, sent_at = None, 0
while True:
    fix = place(uart.readline())
    if fix is None:
        continue
    clock, *here, kmh = fix
    now = time.ticks_ms()
    if last is None or distance(here, last) > FAR_M or time.ticks_diff(now, sent_at) > LONGEST_MS:
        last, sent_at = here, now
        report = {"time": clock, "lat": round(here[0], 5), "lon": round(here[1], 5), "kmh": round(kmh)}
        print(report["time"], report["lat"], report["lon"], "sent" if e.send(GATEWAY, json.dumps(report)) else "not heard")
