# Sends a reading to the gateway once a minute, and sleeps in between. A reading that is not acknowledged is kept and
# sent again with the next. The gateway's address is the program's argument; without one the sensor asks for a gateway.
import json
import sys
import espnow
import machine
import network

PERIOD_MS = 60_000
BROADCAST = b"\xff" * 6


def read():
    return machine.ADC(machine.Pin(34)).read_u16()


# A broadcast is not acknowledged: who may have heard it must answer.
def find_gateway():
    while True:
        e.send(BROADCAST, b"gateway?")
        mac, msg = e.recv(500)
        if msg == b"here":
            return mac


station = network.WLAN(network.WLAN.IF_STA)
station.active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(BROADCAST)
gateway = bytes.fromhex(sys.argv[1].replace(":", "")) if len(sys.argv) > 1 else find_gateway()
e.add_peer(gateway)

unsent = []
while True:
    unsent.append(read())
    if e.send(gateway, json.dumps(unsent)):
        unsent = []
    else:
        print("gateway does not answer,", len(unsent), "readings kept")
        unsent = unsent[-20:]  # what fits into a message
    machine.lightsleep(PERIOD_MS)
