# Takes the time from an NTP server, and sends it to all nodes each minute.
import sys
import time
import espnow
import network
import ntptime

BROADCAST = b"\xff" * 6

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
    print(now)
    e.send(BROADCAST, now)
    time.sleep(60)
