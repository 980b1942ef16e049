import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";

/** What most programs begin with. */
const files = {
  "radio.py": python`
    import aioespnow, network

    sta = network.WLAN(network.STA_IF)
    sta.active(True)
    e = aioespnow.AIOESPNow()
    e.active(True)
  `,
};

const A = "02:00:00:00:00:0a";
const B = "02:00:00:00:00:0b";

test("a sensor sleeps deeply between its reports, and counts them in the memory of its clock", async () => {
  const sensor = python`
    import machine, time
    from radio import e, sta

    rtc = machine.RTC()
    count = int(rtc.memory() or b"0") + 1
    rtc.memory(str(count))
    gateway = b"\x02\0\0\0\0\x0a"
    e.add_peer(gateway)
    woken = machine.reset_cause() == machine.DEEPSLEEP_RESET
    print("start", count, woken, time.ticks_ms() < 100)
    for attempt in range(3):
        if e.send(gateway, "report %d" % count):
            break
    e.active(False)
    sta.active(False)
    machine.deepsleep(60_000)
  `;
  const gateway = python`
    import asyncio, time
    from radio import e

    async def main():
        async for mac, msg in e:
            print("%d s: %s" % (time.ticks_ms() // 1000, msg.decode()))

    asyncio.run(main())
  `;
  await using scenario = new Scenario({ seed: 3 });
  const a = scenario.board({ source: gateway }, { mac: A, files });
  const b = scenario.board({ source: sensor }, { mac: B, files });
  await scenario.run(200_000);
  expect(b.output).toBe("start 1 False True\nstart 2 True True\nstart 3 True True\nstart 4 True True\n");
  expect(a.output).toBe("0 s: report 1\n60 s: report 2\n120 s: report 3\n180 s: report 4\n");
});

test("a server answers requests while it does other things; its clients ask with a limit of time, and try again", async () => {
  const server = python`
    import asyncio, json
    from radio import e

    state = {"level": 0}

    async def rise():
        while True:
            await asyncio.sleep_ms(250)
            state["level"] += 1

    async def serve():
        while True:
            mac, msg = await e.arecv()
            request = json.loads(msg)
            try:
                e.add_peer(mac)
            except OSError as error:
                if error.args[1] != "ESP_ERR_ESPNOW_EXIST":
                    raise
            if request["id"] % 3 == 0 and not request["again"]:
                continue  # as if it had been lost
            await e.asend(mac, json.dumps({"id": request["id"], "level": state["level"]}), True)

    async def main():
        await asyncio.gather(rise(), serve())

    asyncio.run(main())
  `;
  const client = python`
    import asyncio, json, sys, time
    from radio import e

    server = b"\x02\0\0\0\0\x0a"
    e.add_peer(server)
    lock = asyncio.Lock()

    async def ask(number):
        async with lock:
            for again in range(3):
                await e.asend(server, json.dumps({"id": number, "again": again}))
                try:
                    mac, msg = await asyncio.wait_for_ms(e.arecv(), 100)
                except asyncio.TimeoutError:
                    continue
                reply = json.loads(msg)
                if reply["id"] == number:
                    return reply["level"], again
        raise OSError("no answer to %d" % number)

    async def main():
        await asyncio.sleep(float(sys.argv[1]))
        levels = await asyncio.gather(*[ask(n) for n in range(1, 7)])
        print(levels)

    asyncio.run(main())
  `;
  await using scenario = new Scenario({ seed: 3 });
  scenario.board({ source: server }, { mac: A, files });
  const clients = ["1.1", "1.6"].map((after) => scenario.board({ source: client }, { argv: [after], files }));
  await scenario.run(5000);
  expect(clients.map(({ output }) => output)).toEqual([
    "[(4, 0), (4, 0), (4, 1), (4, 0), (4, 0), (5, 1)]\n",
    "[(6, 0), (6, 0), (6, 1), (6, 0), (6, 0), (7, 1)]\n",
  ]);
  expect(clients.map(({ exit }) => exit)).toEqual([{ code: 0 }, { code: 0 }]);
});

test("a button and a timer drive a program through flags and tasks; its lamp shows what it heard", async () => {
  const remote = python`
    import asyncio, machine
    from radio import e

    e.add_peer(b"\xff" * 6)
    pressed = asyncio.ThreadSafeFlag()
    button = machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP)
    button.irq(lambda pin: pressed.set(), machine.Pin.IRQ_FALLING)
    tick = asyncio.ThreadSafeFlag()
    machine.Timer(0).init(period=1000, callback=lambda timer: tick.set())

    async def on_button():
        while True:
            await pressed.wait()
            await e.asend(b"\xff" * 6, b"toggle")

    async def on_tick():
        n = 0
        while True:
            await tick.wait()
            n += 1
            print("tick", n)

    async def main():
        await asyncio.gather(on_button(), on_tick())

    asyncio.run(main())
  `;
  const lamp = python`
    import asyncio, machine, time
    from radio import e

    led = machine.Pin(2, machine.Pin.OUT, value=0)

    async def main():
        async for mac, msg in e:
            if msg == b"toggle":
                led(not led())
                print("lamp", led.value(), time.ticks_ms() // 100)

    asyncio.run(main())
  `;
  await using scenario = new Scenario({ seed: 3 });
  const a = scenario.board({ source: remote }, { mac: A, files });
  const b = scenario.board({ source: lamp }, { mac: B, files });
  for (let press = 0; press < 3; press++) {
    await scenario.run(700);
    a.machine.pin(0).set(0);
    await scenario.run(200);
    a.machine.pin(0).set(1);
  }
  await scenario.run(400);
  expect(a.output).toBe("tick 1\ntick 2\ntick 3\n");
  expect(b.output).toBe("lamp 1 7\nlamp 0 16\nlamp 1 25\n");
});
