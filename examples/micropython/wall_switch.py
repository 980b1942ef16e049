# A switch for the light: the button goes through its colors, a touch switches it off.
import time
import espnow
import network
from machine import Pin, TouchPad

LIGHT = b"\x24\x0a\xc4\x00\x00\x30"
COLORS = ("#ff8000", "#0000ff", "rainbow")

button = Pin(0, Pin.IN, Pin.PULL_UP)
pad = TouchPad(Pin(4))

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(LIGHT)

next_color = 0
was_down = False
while True:
    down, touched = not button.value(), pad.read() < 400
    if (down or touched) and not was_down:
        word = "off" if touched else COLORS[next_color % len(COLORS)]
        next_color = 0 if touched else next_color + 1
        print(word if e.send(LIGHT, word) else "no light in reach")
    was_down = down or touched
    time.sleep_ms(20)
