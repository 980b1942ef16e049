import { type Program, Scenario, type ScenarioBoardOptions } from "espnow-micropython";
import { describe, expect, test } from "vitest";
import { onABoard, python } from "./on-a-board.ts";

/** How the programs begin: they are connected. */
const CONNECTED = `
import asyncio, errno, network, select, socket, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("home")
while not sta.isconnected():
    time.sleep_ms(100)
def error(call, *args):
    try:
        call(*args)
    except OSError as e:
        return errno.errorcode.get(e.errno, e.errno)
`;
const HOME: ScenarioBoardOptions = { accessPoint: { ssid: "home" } };

/** Runs a program in a network that `set` makes, to its end. Returns what it printed. */
async function connected(source: string, set: (scenario: Scenario) => void = () => undefined): Promise<string> {
  await using scenario = new Scenario({ seed: 1 });
  set(scenario);
  const program = scenario.board({ source: CONNECTED + source }, HOME);
  await scenario.settled(program.exited);
  return program.output;
}

/** A server that sends back what it gets, in capitals, and closes when its client has. */
function serveEcho({ network }: Scenario): void {
  network.serve("echo.local", 7, (client) => {
    client.onData = (bytes) => client.write(new TextDecoder().decode(bytes).toUpperCase());
    client.onEnd = () => client.end();
  });
}

describe("a TCP client", () => {
  test("writes, reads by lines and by length, and sees the end", async () => {
    const source = python`
      s = socket.socket()
      s.connect(socket.getaddrinfo("echo.local", 7)[0][-1])
      print(s.send(b"one\ntwo"), s.write("\nthree"), s.makefile() is s)
      print(s.readline(), s.read(3), s.recv(100))
      buf = bytearray(4)
      s.sendall(b"12345678")
      print(s.readinto(buf), bytes(buf), s.readinto(buf, 2), bytes(buf), s.read(2))
      s.close()
    `;
    expect(await connected(source, serveEcho)).toBe(
      "7 6 True\nb'ONE\\n' b'TWO' b'\\nTHREE'\n4 b'1234' 2 b'5634' b'78'\n",
    );
  });

  test.each(["sta.disconnect()", "sta.active(False)", "sta.connect('elsewhere')"])(
    "ends where its board leaves the access point: %s",
    async (leave) => {
      const source = python`
      s = socket.socket()
      s.connect(("echo.local", 7))
      s.write(b"one")
      print(s.read(3))
      server = socket.socket()
      server.bind(("", 80))
      server.listen(1)
      LEAVE
      print(error(s.read, 1), error(s.write, b"x"), sta.isconnected())
      sta.active(True)
      sta.connect("home")
      while not sta.isconnected(): time.sleep_ms(100)
      again = socket.socket()
      again.connect(("echo.local", 7))
      again.write(b"two")
      print(again.read(3), server.accept()[0].read(2))
    `.replace("LEAVE", leave);
      let ended = 0;
      const output = await connected(source, (scenario) => {
        scenario.network.serve("echo.local", 7, (client) => {
          client.onData = (bytes) => {
            client.write(new TextDecoder().decode(bytes).toUpperCase());
            if (bytes[0] === 0x74) void scenario.network.connect("192.168.4.2", 80).then((peer) => peer.write("hi"));
          };
          client.onEnd = () => ended++;
        });
      });
      expect(output).toBe("b'ONE'\nECONNABORTED ECONNABORTED False\nb'TWO' b'hi'\n");
      expect(ended).toBeGreaterThan(0);
    },
  );

  test("a megabyte both ways: neither end keeps more than its window", async () => {
    const source = python`
      s = socket.socket()
      s.connect(("echo.local", 7))
      got = 0
      for i in range(128):
          s.write(b"x" * 8192)
          got += len(s.read(8192))
      print(got)
    `;
    expect(await connected(source, serveEcho)).toBe("1048576\n");
  });

  test("reads what is left after the end, then nothing", async () => {
    const source = python`
      s = socket.socket()
      s.connect(("server.local", 80))
      time.sleep(1)
      print(s.read(), s.read(), s.recv(1), s.readline())
    `;
    const output = await connected(source, ({ network }) => network.serve("server.local", 80, (c) => c.end("bye")));
    expect(output).toBe("b'bye' b'' b'' b''\n");
  });

  test("fails as lwIP does, by the board's numbers", async () => {
    const source = python`
      s = socket.socket()
      print(error(s.send, b"x"), error(s.connect, ("server.local", 81)))
      print(error(socket.socket().connect, ("10.9.9.9", 80)), error(socket.getaddrinfo, "nowhere.local", 80))
      s = socket.socket()
      s.connect(("server.local", 80))
      print(error(s.connect, ("server.local", 80)), error(s.read))
      sta.disconnect()
      print(error(socket.socket().connect, ("10.0.0.1", 80)), error(socket.getaddrinfo, "server.local", 80))
      s.close()
      print(error(s.read))
    `;
    const output = await connected(source, ({ network }) => network.serve("server.local", 80, (c) => c.destroy()));
    expect(output).toBe("ENOTCONN ECONNRESET\nEHOSTUNREACH -202\n127 ECONNRESET\nEHOSTUNREACH -202\nEBADF\n");
  });

  test("waits for as long as its timeout says, or not at all", async () => {
    const source = python`
      s = socket.socket()
      s.connect(("silent.local", 80))
      s.settimeout(1.5)
      start = time.ticks_ms()
      print(error(s.recv, 1), time.ticks_diff(time.ticks_ms(), start) in (1500, 1501))
      s.setblocking(False)
      print(error(s.recv, 1), s.read(), s.readline(), s.readinto(bytearray(1)))
      t = socket.socket()
      t.setblocking(False)
      print(error(t.connect, ("silent.local", 80)), select.select([t], [t], [], 1)[1] == [t])
    `;
    const output = await connected(source, ({ network }) => network.serve("silent.local", 80, () => undefined));
    expect(output).toBe("ETIMEDOUT True\nEAGAIN None None None\nEINPROGRESS True\n");
  });
});

test("poll wakes for what arrives, at the millisecond", async () => {
  const source = python`
    s = socket.socket()
    s.connect(("late.local", 80))
    p = select.poll()
    p.register(s, select.POLLIN)
    start = time.ticks_ms()
    print(p.poll(100), p.poll(-1) == [(s, select.POLLIN)], s.recv(10))
    print(time.ticks_diff(time.ticks_ms(), start))
    print(p.poll(-1) == [(s, select.POLLIN)], s.recv(10))
  `;
  const output = await connected(source, ({ network, clock }) => {
    network.serve("late.local", 80, (client) => {
      clock.schedule(clock.now() + 500, () => client.write("late"));
      clock.schedule(clock.now() + 600, () => client.end());
    });
  });
  expect(output).toMatch(/^\[\] True b'late'\n(499|500)\nTrue b''\n$/);
});

test("UDP: a socket keeps six datagrams that are not read; what is lost is counted", async () => {
  await using scenario = new Scenario({ seed: 1 });
  scenario.network.serveDatagrams("time.local", 123, (bytes) => bytes);
  const source = python`
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for i in range(10):
        s.sendto(bytes((48 + i,)), ("time.local", 123))
    time.sleep(1)
    print(b"".join(s.recv(1) for i in range(6)))
  `;
  const board = scenario.board({ source: CONNECTED + source }, HOME);
  await scenario.settled(board.exited);
  expect([board.output, board.machine.datagramsDropped]).toEqual(["b'012345'\n", 4]);
});

test("UDP: datagrams keep their bounds; a broadcast reaches every board with that port", async () => {
  await using scenario = new Scenario({ seed: 1 });
  scenario.network.serveDatagrams("time.local", 123, (bytes) => Uint8Array.of(...bytes, 33));
  const listener = scenario.board(
    {
      source: `${CONNECTED}s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5005))
print("bound")
print(s.recvfrom(100)[0], s.recvfrom(2)[0])
`,
    },
    { ...HOME, name: "listener" },
  );
  await scenario.until(listener, /bound/);
  const source = python`
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    print(s.sendto(b"abc", ("time.local", 123)), s.recvfrom(10))
    s.connect(("time.local", 123))
    print(s.send(b"d"), s.recv(10))
    s.settimeout(0)
    print(error(s.recv, 1))
    s.sendto(b"all", ("255.255.255.255", 5005))
    s.sendto(b"again", ("192.168.4.255", 5005))
  `;
  const sender = scenario.board({ source: CONNECTED + source }, HOME);
  await scenario.settled(Promise.all([sender.exited, listener.exited]));
  expect(sender.output).toBe("3 (b'abc!', ('10.0.0.1', 123))\n1 b'd!'\nEAGAIN\n");
  expect(listener.output).toBe("bound\nb'all' b'ag'\n");
});

describe("a server on a board", () => {
  const SERVER = python`
    s = socket.socket()
    s.bind(("0.0.0.0", 80))
    s.listen(1)
    print(error(s.accept) if s.setblocking(False) else "listens")
    s.setblocking(True)
    while True:
        c, (host, port) = s.accept()
        print(host, port > 49151, c.readline())
        c.write(b"served")
        c.close()
  `;

  test("takes one connection after another, of tests and of other boards", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const server = scenario.board({ source: CONNECTED + SERVER }, { ...HOME, name: "server" });
    await scenario.until(server, /listens/);
    const client = await scenario.settled(scenario.network.connect(server.ipAddress ?? "", 80));
    client.write("hello\n");
    await scenario.until(server, /10\.0\.0\.254 True b'hello\\n'/);
    const source = `s = socket.socket()\ns.connect(("${server.ipAddress}", 80))\ns.write("x\\n")\nprint(s.read())`;
    const board = scenario.board({ source: CONNECTED + source }, HOME);
    await scenario.settled(board.exited);
    expect(board.output).toBe("b'served'\n");
    expect(server.output).toContain("192.168.4.3 True b'x\\n'");
  });

  test("who connects where nobody listens is refused", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const board = scenario.board({ source: `${CONNECTED}print("connected")\ntime.sleep(100)` }, HOME);
    await scenario.until(board, /connected/);
    const refused = scenario.settled(scenario.network.connect(board.ipAddress ?? "", 80));
    await expect(refused).rejects.toThrow("nobody takes connections at 192.168.4.2:80");
  });

  test("a port is free again when its board was reset", async () => {
    await using scenario = new Scenario({ seed: 1 });
    const source = `${CONNECTED}
s = socket.socket()
s.bind(("", 80))
s.listen(1)
t = socket.socket()
t.bind(("", 80))
print(error(t.listen, 1))
import machine
machine.reset() if machine.reset_cause() == machine.PWRON_RESET else print("again", sta.ifconfig()[0])
`;
    const board = scenario.board({ source }, HOME);
    await scenario.settled(board.exited);
    expect(board.output).toBe("EADDRINUSE\nEADDRINUSE\nagain 192.168.4.2\n");
  });
});

test("sockets that a program forgets are closed by the collector; 16 are the most", async () => {
  const source = python`
    import gc
    for i in range(100):
        socket.socket()
    gc.collect()
    kept = []
    while len(kept) < 17 and not error(lambda: kept.append(socket.socket())):
        pass
    print(10 < len(kept) <= 16, error(socket.socket))
    for s in kept:
        s.close()
    s = socket.socket()
    print("closed")
  `;
  expect(await connected(source)).toBe("True 23\nclosed\n");
});

test("the same seed gives the same output at the same times", async () => {
  async function once(): Promise<unknown> {
    await using scenario = new Scenario({ seed: 3 });
    serveEcho(scenario);
    const source = `${CONNECTED}
import random
async def talk(i):
    for n in range(5):
        r, w = await asyncio.open_connection("echo.local", 7)
        w.write("%d %d\\n" % (i, n))
        await w.drain()
        print(await r.readline(), time.ticks_us())
        w.close()
        await w.wait_closed()
        await asyncio.sleep_ms(random.randrange(50))
async def main():
    await asyncio.gather(*(talk(i) for i in range(5)))
asyncio.run(main())
`;
    const boards: Program[] = [1, 2, 3].map(() => scenario.board({ source }, HOME));
    await scenario.settled(Promise.all(boards.map((board) => board.exited)));
    expect(boards[0]?.output.split("\n")).toHaveLength(26);
    return scenario.lines;
  }
  expect(await once()).toEqual(await once());
});

test("asyncio: a server of a board talks with several clients at a time, and ends when it is closed", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const source = python`
    async def serve(reader, writer):
        print("from", writer.get_extra_info("peername")[0])
        while line := await reader.readline():
            writer.write(b"got " + line)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
    async def main():
        async with await asyncio.start_server(serve, "0.0.0.0", 8080):
            print("serves")
            await asyncio.sleep(5)
        print("closed")
    asyncio.run(main())
  `;
  const board = scenario.board({ source: CONNECTED + source }, HOME);
  await scenario.until(board, /serves/);
  const address = board.ipAddress ?? "";
  const clients = [await scenario.settled(scenario.network.connect(address, 8080))];
  clients.push(await scenario.settled(scenario.network.connect(address, 8080)));
  const received = ["", ""];
  for (const [index, client] of clients.entries()) {
    client.onData = (bytes) => {
      received[index] += new TextDecoder().decode(bytes);
    };
  }
  clients[1]?.write("one\ntw");
  clients[0]?.write("three\n");
  await scenario.run(100);
  clients[1]?.write("o\n");
  await scenario.run(100);
  expect(received).toEqual(["got three\n", "got one\ngot two\n"]);
  await scenario.settled(board.exited);
  expect(board.output).toBe("serves\nfrom 10.0.0.254\nfrom 10.0.0.254\nclosed\n");
  await expect(scenario.settled(scenario.network.connect(address, 8080))).rejects.toThrow("nobody");
});

test("without a network, a socket says how to get one", async () => {
  const { output } = await onABoard("import socket\nprint(socket.AF_INET)\nsocket.getaddrinfo('a', 1)");
  expect(output).toMatch(/^2\nTraceback.*\n.*\nNotImplementedError: socket\.getaddrinfo: .*--network/);
});

describe("mip", () => {
  const files: Readonly<Record<string, string>> = {
    "/pi/package/6/thing/latest.json": '{"hashes": [["thing/__init__.py", "0badc0de"]], "deps": [["part", "1.0"]]}',
    "/pi/file/0b/0badc0de": "from part import X",
    "/pi/package/6/part/1.0.json": '{"hashes": [["part.py", "3075e831"]]}',
    "/pi/file/30/3075e831": "X = 5\n",
    "/more/package.json": '{"urls": [["more/__init__.py", "more.py"]]}',
    "/more/more.py": "Y = 6",
    "/one.py": "Z = 7",
    "/pi/package/6/ring/latest.json": '{"deps": [["ring", "latest"]]}',
  };
  const serve = ({ network }: Scenario): void =>
    network.serve("index.local", 80, (client) => {
      client.onData = (bytes) => {
        const [, path = ""] = new TextDecoder().decode(bytes).split(" ");
        const content = files[path];
        client.end(`HTTP/1.0 ${content === undefined ? "404 no" : "200 OK"}\r\n\r\n${content ?? ""}`);
      };
    });

  test("installs from an index, with what a package needs, and from addresses", async () => {
    const source = python`
      import mip, sys
      mip.install("thing", index="http://index.local/pi/")
      mip.install("part@1.0", index="http://index.local/pi")
      mip.install("http://index.local/more/")
      mip.install("http://index.local/one.py", target="/own")
      sys.path.append("/own")
      import thing, more, one
      print(thing.X, more.Y, one.Z)
    `;
    expect(await connected(source, serve)).toBe(
      "Installing thing (latest) from http://index.local/pi to /lib\nCopying: /lib/thing/__init__.py\n" +
        "Installing part (1.0) from http://index.local/pi to /lib\nCopying: /lib/part.py\nDone\n" +
        "Installing part (1.0) from http://index.local/pi to /lib\nExists: /lib/part.py\nDone\n" +
        "Installing http://index.local/more/package.json to /lib\nCopying: /lib/more/__init__.py\nDone\n" +
        "Copying: /own/one.py\nDone\n5 6 7\n",
    );
  });

  test("says what it does not find, and ends where packages need each other", async () => {
    const source = python`
      import mip
      mip.install("none", index="http://index.local/pi")
      mip.install("ring", index="http://index.local/pi")
    `;
    const output = await connected(source, serve);
    expect(output).toContain("Error 404 requesting http://index.local/pi/package/6/none/latest.json\nPackage may be");
    expect(output).toMatch(/Packages need each other: ring\nPackage may be partially installed\n$/);
  });
});
