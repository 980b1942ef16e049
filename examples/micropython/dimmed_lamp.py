# The lamp of a dimmer. It goes to a new brightness in steps.
import time
import espnow
import network
from machine import PWM, Pin

STEP = 2048

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
lamp = PWM(Pin(2), freq=1000, duty_u16=0)

target = now = 0
while True:
    host, msg = e.recv(0 if now != target else 1000)
    if msg and len(msg) == 2:
        target = int.from_bytes(msg, "big")
    if now != target:
        now += max(-STEP, min(STEP, target - now))
        lamp.duty_u16(now)
        if now == target:
            print("at", now * 100 // 65535, "%")
        time.sleep_ms(10)
