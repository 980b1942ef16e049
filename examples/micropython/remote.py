# A remote control: a joystick drives the robot, its button stops it, an OLED shows what is sent.
import json
import time
import espnow
import network
from machine import ADC, I2C, Pin
from oled import SSD1306

ROBOT = b"\x24\x0a\xc4\x00\x00\x10"

oled = SSD1306(I2C(0, scl=Pin(22), sda=Pin(21)))
x, y = ADC(Pin(34)), ADC(Pin(35))
button = Pin(25, Pin.IN, Pin.PULL_UP)

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(ROBOT)


# -100 to 100, with some play in the middle.
def axis(adc):
    value = (adc.read_u16() - 32768) * 100 // 32768
    return 0 if abs(value) < 5 else value


shown = None
while True:
    command = {"turn": axis(x), "speed": axis(y), "stop": not button.value()}
    heard = e.send(ROBOT, json.dumps(command))
    state = (command["speed"], command["turn"], "STOP" if command["stop"] else "ok" if heard else "no robot")
    if state != shown:
        shown = state
        oled.fill(0)
        for row, text in enumerate(("speed %4d" % state[0], "turn  %4d" % state[1], state[2])):
            oled.text(text, 0, 16 * row)
        oled.show()
        print(*state)
    time.sleep_ms(100)
