# Logs light (BH1750) once a minute into a file of a day, and says when it gets dark and light.
import time
from bh1750 import BH1750
from machine import I2C, Pin

DARK, LIGHT = 10, 30
sensor = BH1750(I2C(0, scl=Pin(22), sda=Pin(21)))
is_dark = False

while True:
    lux = sensor.read()
    with open("/log.csv", "a") as file:
        file.write("%d,%.1f\n" % (time.ticks_ms() // 1000, lux))
    if lux < DARK and not is_dark or lux > LIGHT and is_dark:
        is_dark = not is_dark
        print("dark" if is_dark else "light", "%.1f lux" % lux)
    time.sleep_ms(60_000 - 180)
