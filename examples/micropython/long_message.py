# Sends a message that is longer than ESP-NOW takes to a gateway, in pieces (docs/transfers.md). The gateway's address is the
# program's argument.
import binascii
import json
import os
import struct
import sys
import time
import espnow
import network

PIECE = 244  # bytes of the message in each piece: a piece fits into ESP-NOW v1
ROUNDS = 8  # without progress, before it is given up


def send_long(e, peer, data):
    session = int.from_bytes(os.urandom(2), "big") or 1
    count = (len(data) + PIECE - 1) // PIECE
    start = head(1, session) + struct.pack(">BHIIB", 0, PIECE, len(data), binascii.crc32(data), 0)
    lowest = there = window = rounds = 0  # window 0: the gateway has not answered yet
    while rounds < ROUNDS:
        if window == 0:
            e.send(peer, start)
        else:
            wanted = [i for i in range(lowest, min(count, lowest + 33)) if not has(there, i - lowest)][:window]
            for i in wanted:
                kind = 3 if i == wanted[-1] else 2  # the last one asks for an answer
                e.send(peer, head(kind, session) + struct.pack(">H", i) + data[i * PIECE : (i + 1) * PIECE])
        answer = status(e, session, 80 << min(rounds, 4))
        if answer is None:
            rounds += 1
            continue
        state, window, low, bits = answer
        if state == 1:
            return True
        if state != 0:
            return False
        rounds = rounds + 1 if (low, bits) == (lowest, there) else 0
        lowest, there = low, bits
    return False


def head(kind, session):
    return struct.pack(">BBH", 0xFE, kind << 4 | 1, session)


def has(there, offset):
    return offset > 0 and there >> (offset - 1) & 1


# What the gateway says of the session: its state, the window, the lowest piece that is missing, and which ones after that are there.
def status(e, session, timeout_ms):
    end = time.ticks_add(time.ticks_ms(), timeout_ms)
    while True:
        left = time.ticks_diff(end, time.ticks_ms())
        if left <= 0:
            return None
        mac, msg = e.recv(left)
        if msg and msg[:4] == head(4, session):
            return struct.unpack(">BBH", msg[4:8]) + (int.from_bytes(msg[8:], "little"),)


network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
gateway = binascii.unhexlify(sys.argv[1].replace(":", ""))
e.add_peer(gateway)
readings = {"reading_%d" % i: i * i for i in range(100)}
print("sent" if send_long(e, gateway, json.dumps(readings).encode()) else "not sent")
