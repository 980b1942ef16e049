# Writes what all sensors send to an SD card, a file for each day. Without a card it keeps the last hundred lines, and lights
# a lamp.
import os
import time
import espnow
import network
from machine import Pin, SDCard

MOST_WAITING = 100

lamp = Pin(2, Pin.OUT, value=0)
waiting = []
dropped = 0


# Writes all that waits, or raises an OSError.
def write():
    card = SDCard(slot=2, sck=18, miso=19, mosi=23, cs=5)
    os.mount(card, "/sd")
    try:
        while waiting:
            day, line = waiting[0]
            with open("/sd/%s.csv" % day, "a") as file:
                file.write(line)
            waiting.pop(0)
    finally:
        os.umount("/sd")
        card.deinit()


network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.config(rxbuf=4096)
print("logging")

while True:
    mac, msg = e.recv(1000)
    if msg:
        now = time.localtime()
        waiting.append(("%04d-%02d-%02d" % now[:3], "%02d:%02d:%02d,%s,%s\n" % (now[3:6] + (mac.hex(), msg.decode()))))
        if len(waiting) > MOST_WAITING:
            waiting.pop(0)
            dropped += 1
    elif waiting:
        count = len(waiting)
        try:
            write()
            print("wrote", count, "lines,", dropped, "were dropped")
        except OSError as error:
            if not lamp.value():
                print("no card:", error)
        lamp.value(1 if waiting else 0)
