# A weather station on a battery: measures with a BME280, sends, and sleeps deeply for ten minutes. RTC memory keeps what
# the gateway has not acknowledged.
import json
import espnow
import machine
import network
from bme280 import BME280
from machine import I2C, Pin

GATEWAY = b"\x24\x0a\xc4\x00\x00\x01"
PERIOD_MS = 600_000
MOST = 8

rtc = machine.RTC()
unsent = json.loads(rtc.memory()) if rtc.memory() else []

try:
    celsius, hpa, humidity = BME280(I2C(0, scl=Pin(22), sda=Pin(21))).read()
    unsent.append([round(celsius, 1), round(humidity), round(hpa)])
except OSError as error:
    print("no reading:", error)

sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(GATEWAY)
while unsent and e.send(GATEWAY, json.dumps(unsent[0])):
    print("sent", unsent.pop(0))
if unsent:
    print(len(unsent), "kept")
rtc.memory(json.dumps(unsent[-MOST:]))
sta.active(False)
machine.deepsleep(PERIOD_MS)
