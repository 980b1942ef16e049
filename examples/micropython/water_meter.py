# A water meter: a contact closes once for each liter. What has flowed is kept in NVS, and goes to the gateway when there
# was no flow for five seconds, and at least each minute.
import json
import time
import esp32
import espnow
import network
from machine import Pin

GATEWAY = b"\x24\x0a\xc4\x00\x00\x01"
BOUNCE_MS = 50

nvs = esp32.NVS("meter")
try:
    liters = nvs.get_i32("liters")
except OSError:
    liters = 0
last = time.ticks_ms()


def closed(pin):
    global liters, last
    now = time.ticks_ms()
    if time.ticks_diff(now, last) > BOUNCE_MS:
        liters += 1
        last = now


Pin(27, Pin.IN, Pin.PULL_UP).irq(closed, Pin.IRQ_FALLING)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(GATEWAY)
print("meter at", liters)

told, told_at = liters, time.ticks_ms()
while True:
    time.sleep(1)
    now = time.ticks_ms()
    is_quiet = time.ticks_diff(now, last) > 5_000
    if liters != told and (is_quiet or time.ticks_diff(now, told_at) > 60_000):
        nvs.set_i32("liters", liters)
        nvs.commit()
        if e.send(GATEWAY, json.dumps([liters])):
            told, told_at = liters, now
            print("told", liters)
