import espnow, network

network.WLAN(network.STA_IF).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(b"\x02\x00\x00\x00\x00\x0b")
print("acknowledged" if e.send(b"\x02\x00\x00\x00\x00\x0b", "hello") else "nobody acknowledged")
print(e.recv(1000))
