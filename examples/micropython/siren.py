# The siren of an alarm: it flashes until somebody presses the button, or for a minute.
import time
import espnow
import network
from machine import PWM, Pin

LOUD_MS = 60_000

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
lamp = PWM(Pin(2), freq=2, duty_u16=0)
button = Pin(0, Pin.IN, Pin.PULL_UP)

while True:
    host, event = e.recv()
    if event is None:
        continue
    print("ALARM:", event.decode())
    lamp.duty_u16(32768)
    start = time.ticks_ms()
    while button.value() and time.ticks_diff(time.ticks_ms(), start) < LOUD_MS:
        time.sleep_ms(50)
    lamp.duty_u16(0)
    print("quiet after", time.ticks_diff(time.ticks_ms(), start) // 1000, "s")
