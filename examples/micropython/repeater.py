# Says again what others have said, once, so that it is heard further away. Messages begin with the hops that are left,
# who says it (6 bytes), and a number (2 bytes); a message whose hops are used up is not said again.
import espnow
import network

BROADCAST = b"\xff" * 6
KNOWN = 50

network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(BROADCAST)
known = []
for mac, msg in e:
    if not msg or len(msg) < 9 or msg[0] == 0 or msg[1:9] in known:
        continue
    known.append(bytes(msg[1:9]))
    del known[:-KNOWN]
    e.send(BROADCAST, bytes((msg[0] - 1,)) + msg[1:])
    print("repeated", msg[9:].decode())
