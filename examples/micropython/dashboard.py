# Shows the readings of the weather station (weather_station.py) on a color display: numbers, and a line for temperatures.
import json
import espnow
import network
from machine import SPI, Pin
from tft import ILI9341, color

WHITE, GRAY, ORANGE = color(255, 255, 255), color(64, 64, 64), color(255, 160, 0)
NAMES = ("temperature", "humidity", "pressure")
LEFT, BOTTOM, STEP = 20, 220, 6

# Listens first: the display takes a while.
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)

display = ILI9341(SPI(1, baudrate=40_000_000), Pin(2), Pin(15), Pin(4), rotation=90)
display.rect(LEFT, BOTTOM, display.width - 2 * LEFT, 1, GRAY)

x = LEFT
for _, msg in e:
    if msg is None:
        continue
    reading = json.loads(msg)
    for i, (name, value) in enumerate(zip(NAMES, reading)):
        display.text("%-12s %7s" % (name, value), LEFT, 20 + 20 * i, WHITE)
    height = max(1, min(100, int(4 * reading[0])))
    display.rect(x, BOTTOM - 100, STEP, 100, 0)
    display.rect(x, BOTTOM - height, STEP - 1, height, ORANGE)
    x = x + STEP if x + 2 * STEP < display.width - LEFT else LEFT
    print(*reading)
