# A thermometer with a DHT22 and a character LCD, with the highest and lowest since the start.
import time
import dht
from lcd import LCD
from machine import I2C, Pin

sensor = dht.DHT22(Pin(4))
display = LCD(I2C(0, scl=Pin(22), sda=Pin(21)))
low, high = 100, -100

while True:
    try:
        sensor.measure()
        celsius = sensor.temperature()
        low, high = min(low, celsius), max(high, celsius)
        display.line(0, "%.1f C  %.0f %%" % (celsius, sensor.humidity()))
        display.line(1, "%.1f to %.1f" % (low, high))
        print(celsius, low, high)
    except OSError:
        display.line(0, "no sensor")
        print("no sensor")
    time.sleep(10)
