# A chime plays a tune for each ring of the doorbell, one after the other, and drops rings while three tunes wait.
import asyncio
import aioespnow
import network
from machine import PWM, Pin

TUNE = ((659, 200), (523, 400), (0, 300))  # hertz and milliseconds
MOST_WAITING = 3

speaker = PWM(Pin(25), freq=440, duty_u16=0)
waiting = 0
rung = asyncio.Event()


async def play():
    global waiting
    while True:
        rung.clear()
        while waiting:
            for hertz, ms in TUNE:
                if hertz:
                    speaker.init(freq=hertz, duty_u16=32768)
                else:
                    speaker.duty_u16(0)
                await asyncio.sleep_ms(ms)
            waiting -= 1
            print("played")
        await rung.wait()


async def listen(e):
    global waiting
    async for mac, msg in e:
        if len(msg) == 4:
            print("ring", int.from_bytes(msg, "little"), "from", mac.hex())
            if waiting < MOST_WAITING:
                waiting += 1
                rung.set()


async def main():
    network.WLAN(network.WLAN.IF_STA).active(True)
    e = aioespnow.AIOESPNow()
    e.active(True)
    await asyncio.gather(play(), listen(e))


asyncio.run(main())
