# The other end of shell.py: what is typed is run there. Its argument is the address of the board.
import sys
import espnow
import network

KEY = b"a key of 16 byte"
END = b"\x04"

board = bytes.fromhex(sys.argv[1].replace(":", ""))
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
e.set_pmk(KEY)
e.add_peer(board, KEY)

while command := input(">>> "):
    if not e.send(board, command):
        print("the board does not hear")
        continue
    while True:
        mac, msg = e.recv(3000)
        if msg is None:
            print("no answer")
            break
        if msg == END:
            break
        print(msg.decode().replace("\r", ""), end="")
