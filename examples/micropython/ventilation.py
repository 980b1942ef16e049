# Airs a cellar: the fan runs while the air outside has less water than the air inside. SHT31 inside, AHT20 outside.
import math
import time
from aht20 import AHT20
from machine import I2C, Pin
from sht3x import SHT3x

i2c = I2C(0, scl=Pin(22), sda=Pin(21))
inside, outside = SHT3x(i2c), AHT20(i2c)
fan = Pin(26, Pin.OUT, value=0)


# Grams of water in a cubic meter of air (Magnus formula).
def water(celsius, percent):
    pressure = 6.112 * math.exp(17.62 * celsius / (243.12 + celsius)) * percent / 100
    return 216.7 * pressure / (273.15 + celsius)


while True:
    wet, dry = water(*inside.read()), water(*outside.read())
    fan(dry < wet - 1)
    print("%.1f %.1f g/m3, fan %s" % (wet, dry, "on" if fan() else "off"))
    time.sleep(300)
