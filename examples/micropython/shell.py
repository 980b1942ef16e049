# A shell by ESP-NOW: runs what its operator sends as Python, and sends back what is printed. The key is known to the two
# boards only, so that nobody else can use it.
import io
import os
import sys
import espnow
import network

OPERATOR = b"\x24\x0a\xc4\x00\x00\x70"
KEY = b"a key of 16 byte"
PIECE = 200
END = b"\x04"


class Answer(io.IOBase):
    def __init__(self):
        self.text = b""

    def write(self, data):
        self.text += data
        return len(data)

    def readinto(self, data):
        return None


def run(command, names):
    answer = Answer()
    former = os.dupterm(answer)
    try:
        try:
            value = eval(command, names)
            if value is not None:
                print(repr(value))
        except SyntaxError:
            exec(command, names)
    except Exception as error:
        sys.print_exception(error)
    finally:
        os.dupterm(former)
    return answer.text


network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.set_pmk(KEY)
e.add_peer(OPERATOR, KEY)
names = {}

while True:
    mac, msg = e.recv(-1)
    if mac != OPERATOR:
        continue
    text = run(msg.decode(), names)
    for at in range(0, len(text), PIECE):
        e.send(OPERATOR, text[at : at + PIECE])
    e.send(OPERATOR, END)
