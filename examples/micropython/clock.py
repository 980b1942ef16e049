# Takes the time from an NTP server, shows it on an LCD, and sends it to all nodes each minute.
# The program's argument is the server, if it is to be another one.
import sys
import time
import espnow
import network
import ntptime
from lcd import LCD
from machine import I2C, Pin

BROADCAST = b"\xff" * 6

display = LCD(I2C(0, scl=Pin(22), sda=Pin(21)))
display.line(0, "no time yet")
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("home", "secret")
while not sta.isconnected():
    time.sleep_ms(100)
if len(sys.argv) > 1:
    ntptime.host = sys.argv[1]
while True:
    try:
        ntptime.settime()
        break
    except OSError as error:
        print("no answer of", ntptime.host, repr(error))
        time.sleep(1)
e = espnow.ESPNow()
e.active(True)
e.add_peer(BROADCAST)
while True:
    now = "%04d-%02d-%02d %02d:%02d:%02d" % time.gmtime()[:6]
    display.line(0, now[:10])
    display.line(1, now[11:16])
    print(now)
    e.send(BROADCAST, now)
    time.sleep(60)
