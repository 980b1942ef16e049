# A lamp that a gateway switches: it says that it is there until it is told something.
import espnow
import machine
import network

BROADCAST = b"\xff" * 6

lamp = machine.Pin(2, machine.Pin.OUT, value=0)
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(BROADCAST)
known = False
while True:
    if not known:
        e.send(BROADCAST, "lamp", False)
    mac, msg = e.recv(1000)
    if mac:
        known = True
        lamp.value(msg == b"on")
        print("lamp", msg.decode())
