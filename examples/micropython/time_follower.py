# Follows the clock of time_leader.py: of eight questions that with the quickest answer counts, and the answer is taken to
# have been on its way for half of that time. The lamps of all followers blink with the leader's.
import time
import espnow
import network
from machine import Pin
from uptime import uptime_us

LEADER = b"\x24\x0a\xc4\x00\x00\x50"
AGAIN_US = 10_000_000

lamp = Pin(2, Pin.OUT)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(LEADER)


# How long it took, and how much the leader's clock is ahead; None: no answer.
def ask():
    asked = uptime_us()
    question = asked.to_bytes(8, "little")
    try:
        e.send(LEADER, question)
    except OSError:
        return None  # the radio is too busy to say what became of it
    while True:
        mac, msg = e.recv(1000)
        if mac is None:
            return None
        if msg[:8] == question:
            answered = uptime_us()
            return answered - asked, int.from_bytes(msg[8:], "little") - (asked + answered) // 2


def synchronize():
    answers = [answer for answer in (ask() for _ in range(8)) if answer]
    return min(answers) if answers else (None, None)


ahead = asked = None
while True:
    if asked is None or uptime_us() - asked > AGAIN_US:
        asked = uptime_us()
        took, found = synchronize()
        if found is None:
            print("no answer")
        else:
            ahead = found
            print("synchronized, the answer took", took, "us")
    if ahead is not None:
        lamp.value((uptime_us() + ahead) // 500_000 % 2)
    time.sleep_ms(5)
