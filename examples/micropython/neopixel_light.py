# A light of NeoPixels. Messages set it: a color such as "#ff8000", "off", or "rainbow".
import espnow
import network
from machine import Pin
from neopixel import NeoPixel

strip = NeoPixel(Pin(13), 8)

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)


# Red, green and blue around the wheel; `at` is 0 to 255.
def wheel(at):
    part, rest = divmod(at, 85)
    up, down = 3 * rest, 255 - 3 * rest
    return ((down, up, 0), (0, down, up), (up, 0, down))[part % 3]


for host, msg in e:
    word = msg.decode()
    if word == "off":
        strip.fill((0, 0, 0))
    elif word == "rainbow":
        for i in range(len(strip)):
            strip[i] = wheel(i * 256 // len(strip))
    elif word.startswith("#") and len(word) == 7:
        strip.fill(tuple(bytes.fromhex(word[1:])))
    else:
        print("cannot show", word)
        continue
    strip.write()
    print("shows", word)
