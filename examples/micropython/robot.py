# A robot with two motors, that a remote control drives. It looks ahead with a servo and an HC-SR04, stops before an
# obstacle, and stops when it hears nothing for half a second.
import json
import espnow
import network
from hcsr04 import HCSR04
from machine import PWM, Pin

NEAR_CM = 20


class Motor:
    def __init__(self, forward, backward):
        self._pwms = [PWM(Pin(pin), freq=1000, duty_u16=0) for pin in (forward, backward)]

    # -100 to 100
    def drive(self, speed):
        speed = max(-100, min(100, speed))
        for pwm, part in zip(self._pwms, (speed, -speed)):
            pwm.duty_u16(max(0, part) * 65535 // 100)


left, right = Motor(25, 26), Motor(32, 33)
head = PWM(Pin(13), freq=50)
sonar = HCSR04(5, 18)

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)

was = None
while True:
    host, msg = e.recv(500)
    command = json.loads(msg) if msg else {"turn": 0, "speed": 0, "stop": True}
    speed, turn = command["speed"], command["turn"]
    head.duty_ns(1500000 + turn * 5000)  # it looks where it goes
    cm = sonar.read()
    if command["stop"]:
        state = "stopped"
    elif speed > 0 and cm is not None and cm < NEAR_CM:
        state = "obstacle"
    else:
        state = "driving" if speed or turn else "waiting"
    if state in ("stopped", "obstacle"):
        speed = turn = 0
    left.drive(speed + turn)
    right.drive(speed - turn)
    if state != was:
        was = state
        print(state)
