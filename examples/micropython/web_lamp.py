# A web server that switches the lamps of ESP-NOW nodes: GET / lists them, PUT /lamps/MAC with "on" or "off" switches one.
# Handlers are registered by routes, as in small web frameworks.
import asyncio
import json
import time
import aioespnow
import network

routes = []
lamps = {}


def route(method, path):
    def register(handler):
        routes.append((method, path, handler))
        return handler

    return register


@route("GET", "/")
async def index(body):
    return 200, json.dumps(lamps)


@route("PUT", "/lamps/")
async def switch(body, name):
    if name not in lamps or body not in ("on", "off"):
        return 404, "no such lamp, or neither on nor off\n"
    if not await e.asend(bytes.fromhex(name), body):
        return 504, "the lamp does not answer\n"
    lamps[name] = body
    return 200, body + "\n"


async def answer(method, path, body):
    for wanted, prefix, handler in routes:
        if method == wanted and path == prefix:
            return await handler(body)
        if method == wanted and prefix != "/" and path.startswith(prefix):
            return await handler(body, path[len(prefix) :])
    return 404, "not found\n"


async def serve(reader, writer):
    try:
        method, path, _ = (await reader.readline()).decode().split()
        length = 0
        while (line := (await reader.readline()).strip()):
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)
        body = (await reader.readexactly(length)).decode()
        status, text = await answer(method, path, body)
        writer.write("HTTP/1.1 %d\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(text), text))
        await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()


async def listen():
    async for mac, msg in e:
        if msg == b"lamp":
            lamps[mac.hex()] = "off"
            e.add_peer(mac)
            print("lamp", mac.hex())


async def main():
    await asyncio.start_server(serve, "0.0.0.0", 80)
    print("http://%s/" % sta.ifconfig()[0])
    await listen()


sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("home", "secret")
while not sta.isconnected():
    time.sleep_ms(100)
e = aioespnow.AIOESPNow()
e.active(True)
asyncio.run(main())
