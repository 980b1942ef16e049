# For an ESP8266: what its firmware has frozen is enough. A DHT11, an SSD1306, and the readings of others by ESP-NOW.
import json
import dht
import espnow
import network
import ssd1306
from machine import I2C, Pin

oled = ssd1306.SSD1306_I2C(128, 64, I2C(scl=Pin(5), sda=Pin(4)))
sensor = dht.DHT11(Pin(14))

network.WLAN(network.STA_IF).active(True)
e = espnow.ESPNow()
e.active(True)

outside = "--"
while True:
    sensor.measure()
    oled.fill(0)
    oled.text("inside  %d C" % sensor.temperature(), 0, 8)
    oled.text("outside %s C" % outside, 0, 24)
    oled.show()
    print(sensor.temperature(), outside)
    host, msg = e.recv(30_000)
    if msg:
        outside = str(json.loads(msg)[0])
