# Feels with an MPU6050 whether a parcel falls, is shaken or turned over, and tells it.
import time
import espnow
import network
from machine import I2C, Pin
from mpu6050 import MPU6050

WATCHER = b"\x24\x0a\xc4\x00\x00\x01"

sensor = MPU6050(I2C(0, scl=Pin(22), sda=Pin(21)))
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(WATCHER)


def state_of(acceleration, rotation):
    x, y, z = acceleration
    force = (x * x + y * y + z * z) ** 0.5
    if force < 0.3:
        return "falls"
    if force > 2 or max(abs(axis) for axis in rotation) > 180:
        return "is shaken"
    return "upside down" if z < -0.5 else "rests"


last = None
while True:
    acceleration, rotation, _ = sensor.read()
    state = state_of(acceleration, rotation)
    if state != last:
        last = state
        print(state, "" if e.send(WATCHER, state) else "(nobody hears it)")
    time.sleep_ms(50)
