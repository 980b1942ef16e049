# Offers a program to all ota_node.py in reach while its button is held, and sends the pieces that they ask for.
import hashlib
import struct
import espnow
import network
from machine import Pin

BROADCAST = b"\xff" * 6
PIECE = 200

with open("ota_app_2.py", "rb") as f:
    program = f.read()
offer = b"offer" + struct.pack("<32sI", hashlib.sha256(program).digest(), len(program))
button = Pin(0, Pin.IN, Pin.PULL_UP)

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(BROADCAST)


# A peer only for the answer: a board has room for twenty.
def answer(mac, piece):
    e.add_peer(mac)
    e.send(mac, piece)
    e.del_peer(mac)


while True:
    if not button.value():
        e.send(BROADCAST, offer)
    mac, msg = e.recv(500)
    while mac:
        if msg[:4] == b"want":
            (at,) = struct.unpack("<I", msg[4:])
            answer(mac, b"data" + struct.pack("<I", at) + program[at : at + PIECE])
            if at + PIECE >= len(program):
                print(mac.hex(), "has the program")
        mac, msg = e.recv(500)
