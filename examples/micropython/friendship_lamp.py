# Friendship lamps: two boards with this program. Who holds the buttons of both for two seconds makes friends of them;
# from then on each press gives the other lamp the next color. What friends say to each other is encrypted.
import hashlib
import time
import espnow
import network
from machine import Pin
from neopixel import NeoPixel

BROADCAST = b"\xff" * 6
SECRET = b"of this pair of lamps"
COLORS = ((64, 0, 0), (0, 64, 0), (0, 0, 64), (0, 0, 0))
PAIR = b"pair"

strip = NeoPixel(Pin(16), 3)
button = Pin(0, Pin.IN, Pin.PULL_UP)
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
e = espnow.ESPNow()
e.active(True)
e.set_pmk(hashlib.sha256(SECRET).digest()[:16])
e.add_peer(BROADCAST)
friend = None


def show(color):
    strip.fill(color)
    strip.write()


# The key is of the two addresses, in an order on which both agree.
def befriend(mac):
    global friend
    friend = bytes(mac)
    key = hashlib.sha256(SECRET + b"".join(sorted((friend, sta.config("mac"))))).digest()[:16]
    try:
        e.del_peer(friend)
    except OSError:
        pass  # it was none
    e.add_peer(friend, key)
    with open("friend", "wb") as f:
        f.write(friend)
    print("friend", friend.hex())


# Until another lamp that does so too is heard, at most ten seconds.
def pair():
    print("pairing")
    found = None
    for _ in range(100):
        e.send(BROADCAST, PAIR)
        mac, msg = e.recv(100)
        if msg == PAIR:
            found = bytes(mac)
            break
    for _ in range(3):  # the other one may not have heard it yet
        e.send(BROADCAST, PAIR)
        time.sleep_ms(100)
    if found:
        befriend(found)
    else:
        print("nobody is there")


def pressed_ms():
    start = time.ticks_ms()
    while not button.value():
        time.sleep_ms(10)
    return time.ticks_diff(time.ticks_ms(), start)


try:
    with open("friend", "rb") as f:
        befriend(f.read())
except OSError:
    print("alone so far")
color = 0
while True:
    mac, msg = e.recv(20)
    if mac and mac == friend and len(msg) == 3:
        show(tuple(msg))
        print("color", msg.hex())
    if not button.value():
        if pressed_ms() > 2000:
            pair()
        elif friend:
            if not e.send(friend, bytes(COLORS[color])):
                print("the friend is away")
            color = (color + 1) % len(COLORS)
