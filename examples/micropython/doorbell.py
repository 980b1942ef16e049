# A doorbell on a battery: a finger on a touch pad wakes it from deep sleep, it rings the chime and sleeps again. RTC memory
# counts how often. Someone who holds the pad rings again each second.
import esp32
import espnow
import machine
import network
from machine import RTC, Pin, TouchPad

CHIME = b"\x24\x0a\xc4\x00\x00\x80"

pad = TouchPad(Pin(14))
pad.config(500)
esp32.wake_on_touch(True)

rtc = RTC()
rings = int.from_bytes(rtc.memory(), "little")
if machine.wake_reason() == machine.TOUCHPAD_WAKE:
    rings += 1
    rtc.memory(rings.to_bytes(4, "little"))
    station = network.WLAN(network.WLAN.IF_STA)
    station.active(True)
    e = espnow.ESPNow()
    e.active(True)
    e.add_peer(CHIME)
    print("ring", rings, "heard" if e.send(CHIME, rings.to_bytes(4, "little")) else "nobody hears it")
    station.active(False)
    esp32.wake_on_touch(False)
    machine.lightsleep(1000)
    esp32.wake_on_touch(True)
else:
    print("doorbell is ready")
machine.deepsleep()
