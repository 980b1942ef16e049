# The clock that others follow: it answers each question with its time, and its lamp is on in every other half second.
import espnow
import network
from machine import Pin
from uptime import uptime_us

lamp = Pin(2, Pin.OUT)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)


# A peer only for the answer: a board has room for twenty.
def answer(mac, question):
    e.add_peer(mac)
    try:
        e.send(mac, question + uptime_us().to_bytes(8, "little"))
    except OSError:
        pass  # the radio is too busy to say what became of it
    e.del_peer(mac)


while True:
    mac, msg = e.recv(5)
    if mac:
        answer(mac, bytes(msg))
    lamp.value(uptime_us() // 500_000 % 2)
