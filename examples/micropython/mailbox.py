# A letter box far from the house: it sleeps until its flap is opened, and tells how often that was. Nobody may be in
# reach but a repeater, so that nobody acknowledges: it says it three times.
import time
import esp32
import espnow
import machine
import network
from machine import Pin

BROADCAST = b"\xff" * 6
HOPS = 2

flap = Pin(33, Pin.IN, Pin.PULL_UP)  # its contact closes when it opens
rtc = machine.RTC()

if machine.reset_cause() == machine.DEEPSLEEP_RESET:
    count = int.from_bytes(rtc.memory(), "little") + 1
    rtc.memory(count.to_bytes(2, "little"))
    sta = network.WLAN(network.WLAN.IF_STA)
    sta.active(True)
    e = espnow.ESPNow()
    e.active(True)
    e.add_peer(BROADCAST)
    for _ in range(3):
        # hops that are left, who says it, the number of the message, the message
        e.send(BROADCAST, bytes((HOPS,)) + sta.config("mac") + count.to_bytes(2, "little") + b"letter %d" % count)
        time.sleep_ms(50)
    print("letter", count)
    while not flap.value():
        time.sleep_ms(100)
    e.active(False)
    sta.active(False)
esp32.wake_on_ext0(flap, esp32.WAKEUP_ALL_LOW)
machine.deepsleep()
