# A node that gets its program by ESP-NOW. ota_sender.py offers one; it is fetched piece by piece, takes the old one's
# place when its hash is right, and leaves it again if it does not start.
import binascii
import hashlib
import os
import struct
import time
import espnow
import machine
import network

APP, NEW, OLD = "ota_app.py", "ota_new.py", "ota_old.py"
TRIES = 20


def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as f:
        while data := f.read(256):
            sha.update(data)
    return sha.digest()


# Fetches `size` bytes, and asks again for a piece that does not come. Returns whether all came.
def fetch(mac, size):
    at = tries = 0
    with open(NEW, "wb") as f:
        while at < size:
            tries += 1
            if tries > TRIES:
                return False
            e.send(mac, b"want" + struct.pack("<I", at))
            host, msg = e.recv(200)
            if host == mac and msg[:4] == b"data" and struct.unpack("<I", msg[4:8])[0] == at:
                f.write(msg[8:])
                at += len(msg) - 8
                tries = 0
    return True


def update(mac, wanted, size):
    try:
        e.add_peer(mac)
    except OSError:
        pass  # it is one
    if not fetch(mac, size):
        print("the sender is gone")
    elif digest(NEW) != wanted:
        print("the hash is wrong")
    else:
        os.rename(APP, OLD)
        os.rename(NEW, APP)
        print("new program: reset")
        machine.reset()


network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
lamp = machine.Pin(2, machine.Pin.OUT)
try:
    import ota_app
except Exception as error:
    print("the new program does not start:", repr(error))
    os.rename(OLD, APP)
    machine.reset()
if exists(OLD):
    os.remove(OLD)  # it has started
print("version", ota_app.VERSION, binascii.hexlify(digest(APP)[:4]).decode())

while True:
    mac, msg = e.recv(20)
    if mac and msg[:5] == b"offer":
        wanted, size = struct.unpack("<32sI", msg[5:])
        if wanted != digest(APP):
            update(mac, wanted, size)
    ota_app.step(lamp, time.ticks_ms())
