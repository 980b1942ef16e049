# A heartbeat to one peer, and an echo server for everybody: what two boards with aioespnow say to each other.
#
#     espnow run examples/micropython/heartbeat_and_echo.py
#
# On a board, or on a computer. Arguments: the peer's address (default: all in reach), how many seconds it runs (120),
# seconds between two heartbeats (10).
import sys
import asyncio
import aioespnow
import network

ARGUMENTS = dict(enumerate(sys.argv))
PEER = bytes.fromhex(ARGUMENTS.get(1, "ff:ff:ff:ff:ff:ff").replace(":", ""))
TIMEOUT = int(ARGUMENTS.get(2, 120))
PERIOD = int(ARGUMENTS.get(3, 10))


async def heartbeat(e):
    while True:
        answered = await e.asend(PEER, b"ping")
        print("heartbeat", "sent" if answered else "not answered")
        await asyncio.sleep(PERIOD)


async def echo(e):
    known = set()
    async for mac, msg in e:
        print("from", mac.hex(), bytes(msg))
        if msg.startswith(b"echo "):
            continue  # two echo servers would never stop
        if mac not in known and mac != PEER:
            e.add_peer(mac)
        known.add(mac)
        await e.asend(mac, b"echo " + msg)


async def main():
    network.WLAN(network.WLAN.IF_STA).active(True)
    e = aioespnow.AIOESPNow()
    e.active(True)
    e.add_peer(PEER)
    tasks = [asyncio.create_task(heartbeat(e)), asyncio.create_task(echo(e))]
    await asyncio.sleep(TIMEOUT)
    for task in tasks:
        task.cancel()


asyncio.run(main())
