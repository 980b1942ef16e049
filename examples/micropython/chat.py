# A chat: what is typed goes to everybody in reach, and what they say is printed meanwhile. A buzzer tells of it.
# The program's argument is your name; an empty line ends.
import sys
import espnow
import network
from machine import PWM, Pin, Timer

BROADCAST = b"\xff" * 6

name = sys.argv[1] if len(sys.argv) > 1 else "somebody"
buzzer = PWM(Pin(15), freq=880, duty_u16=0)
silence = Timer(0)


def heard(e):
    while e.any():
        mac, msg = e.recv(0)
        sender, _, text = msg.decode().partition("\0")
        print("\n%s: %s" % (sender, text))
        buzzer.duty_u16(32768)
        silence.init(mode=Timer.ONE_SHOT, period=200, callback=lambda timer: buzzer.duty_u16(0))


network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(BROADCAST)
e.irq(heard)

while text := input(name + "> "):
    e.send(BROADCAST, name + "\0" + text)
