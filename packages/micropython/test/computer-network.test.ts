import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { Air, systemClock, VirtualClock } from "aioespnow/sim";
import { ComputerNetwork, type ComputerNetworkOptions, Program, Scenario } from "espnow-micropython";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { python } from "./on-a-board.ts";

const CONNECTED = `
import asyncio, errno, json, network, select, socket, ssl, sys, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("any")
while not sta.isconnected():
    time.sleep_ms(10)
def error(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except (OSError, ValueError) as e:
        return e.args
port = int(sys.argv[1])
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-network-"));
  const subject = ["-subj", "/CN=server.test", "-addext", "subjectAltName=DNS:server.test"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...kind, ...subject, ...files], { stdio: "ignore" });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pem(name: "key" | "cert"): string {
  return readFileSync(join(folder, `${name}.pem`), "utf8");
}

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

/** Runs a program that knows a port, on the computer's network. Returns what it printed. */
async function run(source: string, port: number, options: ComputerNetworkOptions = {}): Promise<string> {
  await using network = await ComputerNetwork.open(options);
  await using scenario = new Scenario({ clock: systemClock });
  const files = { "ca.pem": pem("cert"), "cert.pem": pem("cert"), "key.pem": pem("key") };
  const board = { network, accessPoint: {}, argv: [String(port)], files };
  const program = scenario.board({ source: CONNECTED + source }, board);
  await scenario.settled(program.exited);
  return program.output;
}

test("requests: methods, headers, bodies, redirects", async () => {
  const requests: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    let head = "";
    socket.on("data", (bytes) => {
      head += bytes.toString("latin1");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (!head.includes("\r\n\r\n") || head.length < head.indexOf("\r\n\r\n") + 4 + length) return;
      requests.push(head.replace(/127.0.0.1:\d+/, "HOST"));
      const moved = head.startsWith("GET /old");
      const status = moved ? "302 Found\r\nLocation: /new" : "200 OK\r\nContent-Type: application/json\r\nX-A: b: c";
      socket.end(`HTTP/1.0 ${status}\r\n\r\n{"a": 1}`);
    });
  });
  const port = await listening(server);
  const source = python`
    import requests, urequests
    url = "http://127.0.0.1:%d" % port
    with requests.get(url + "/a?b=c", headers={"X-Key": "k"}) as r:
        print(r.status_code, r.reason, r.headers["X-A"], r.encoding, r.json(), r.text, r.content)
    r = urequests.post(url + "/post", json={"b": 2}, auth=("me", "pw"), timeout=5)
    print(r.json())
    r = requests.put(url, data="text", stream=True)
    print(r.raw.read(4))
    r.close()
    print(requests.get(url + "/old").status_code)
    print(error(requests.get, "ftp://127.0.0.1/"))
  `;
  expect(await run(source, port)).toBe(
    "200 b'OK' b: c utf-8 {'a': 1} {\"a\": 1} b'{\"a\": 1}'\n{'a': 1}\nb'{\"a\"'\n200\n('Unsupported protocol: ftp:',)\n",
  );
  server.close();
  const [get, post, put, old, next] = requests;
  expect(get).toMatch(/^GET \/a\?b=c HTTP\/1\.0\r\n/);
  expect(get).toMatch(/\r\nX-Key: k\r\n/);
  expect(get).toMatch(/\r\nHost: HOST\r\n/);
  expect(post).toMatch(/^POST \/post HTTP\/1\.0\r\n.*\r\n\r\n\{"b": 2\}$/s);
  for (const line of ["Content-Length: 8", "Content-Type: application/json", "Authorization: Basic bWU6cHc="]) {
    expect(post).toContain(`\r\n${line}\r\n`);
  }
  expect(put).toMatch(/^PUT \/ .*\r\n\r\ntext$/s);
  expect([old, next].map((head) => head?.split("\r\n")[0])).toEqual(["GET /old HTTP/1.0", "GET /new HTTP/1.0"]);
});

describe("TLS", () => {
  const CLIENT = python`
    def client():
        s = socket.socket()
        s.connect(("127.0.0.1", port))
        return s
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile="ca.pem")
    t = context.wrap_socket(client(), server_hostname="server.test")
    t.write(b"hello\n")
    print(t.readline(), t.read())
    t.close()
    t = ssl.wrap_socket(client())
    t.write(b"unchecked\n")
    print(t.read(9))
    t.close()
    print(error(context.wrap_socket, client(), server_hostname="another.test"))
    print(error(context.wrap_socket, client()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    print(error(context.wrap_socket, client(), server_hostname="server.test"))
    async def main():
        r, w = await asyncio.open_connection("127.0.0.1", port, ssl=True)
        w.write(b"async\n")
        await w.drain()
        print(await r.readline())
        w.close()
        await w.wait_closed()
    asyncio.run(main())
  `;

  test("of a client: encrypted, and only with whom its certificate names, where that is wanted", async () => {
    const server = createTlsServer({ key: pem("key"), cert: pem("cert") }, (socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (bytes) => socket.end(`${bytes}end`));
    });
    server.on("tlsClientError", () => undefined);
    const port = await listening(server);
    const refused = "('The certificate is not correctly signed by the trusted CA',)";
    const noName = "('CERT_REQUIRED requires server_hostname',)";
    expect(await run(CLIENT, port)).toBe(
      `b'hello\\n' b'end'\nb'unchecked'\n${refused}\n${noName}\n${refused}\nb'async\\n'\n`,
    );
    server.close();
  });

  test("of a server that speaks none: the error of a board", async () => {
    const server = createServer((socket) => socket.on("error", () => undefined).end("no TLS here\r\n"));
    const source = python`
      s = socket.socket()
      s.connect(("127.0.0.1", port))
      print(error(ssl.wrap_socket, s))
    `;
    expect(await run(source, await listening(server))).toBe("(-29312, 'MBEDTLS_ERR_SSL_CONN_EOF')\n");
    server.close();
  });

  test.each(["pem", "sec1"] as const)("of a server on a board, with a key in %s", async (format) => {
    const source = python`
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain("cert", "key")
      async def serve(r, w):
          w.write(b"got " + await r.readline())
          await w.drain()
          w.close()
          await w.wait_closed()
          done.set()
      async def main():
          global done
          done = asyncio.Event()
          async with await asyncio.start_server(serve, "0.0.0.0", 443, ssl=context):
              print("serves")
              await done.wait()
      asyncio.run(main())
    `;
    await using network = await ComputerNetwork.open({ forward: [{ from: 0, to: 443 }] });
    await using scenario = new Scenario({ clock: systemClock });
    const certificate = new X509Certificate(pem("cert")).raw;
    const files =
      format === "pem"
        ? { cert: pem("cert"), key: pem("key") }
        : { cert: certificate, key: createPrivateKey(pem("key")).export({ format: "der", type: format }) };
    const board = scenario.board({ source: CONNECTED + source }, { network, accessPoint: {}, argv: ["0"], files });
    await scenario.until(board, /serves/);
    const options = {
      port: network.portOf(443) as number,
      host: "127.0.0.1",
      ca: pem("cert"),
      servername: "server.test",
    };
    const client = connectTls(options, () => client.write("hello\n"));
    const [answer] = await scenario.settled(once(client, "data"));
    expect(String(answer)).toBe("got hello\n");
    client.destroy();
    await scenario.settled(board.exited);
  });
});

test("a TLS server on a board that takes its time: the client's first words are there before it listens to them", async () => {
  const source = python`
    listener = socket.socket()
    listener.bind(("0.0.0.0", 443))
    listener.listen(1)
    print("serves")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    def accepted():
        s = listener.accept()[0]
        poll = select.poll()
        poll.register(s, select.POLLIN)
        poll.poll()
        return s
    t = context.wrap_socket(accepted(), server_side=True)
    print(t.read(5))
    t.close()
    s = accepted()
    print(s.recv(1))
    poll = select.poll()
    poll.register(s, select.POLLIN)
    poll.poll()
    print(error(context.wrap_socket, s, server_side=True))
  `;
  await using network = await ComputerNetwork.open({ forward: [{ from: 0, to: 443 }] });
  await using scenario = new Scenario({ clock: systemClock });
  const files = { "cert.pem": pem("cert"), "key.pem": pem("key") };
  const board = scenario.board({ source: CONNECTED + source }, { network, accessPoint: {}, argv: ["0"], files });
  await scenario.until(board, /serves/);
  const to = { port: network.portOf(443) as number, host: "127.0.0.1" };
  const client = connectTls({ ...to, rejectUnauthorized: false }, () => client.end("hello"));
  await scenario.until(board, /hello/);
  createConnection(to).end("x");
  await scenario.settled(board.exited);
  expect(board.output).toBe("serves\nb'hello'\nb'x'\n(-29312, 'MBEDTLS_ERR_SSL_CONN_EOF')\n");
});

test("UDP, both ways, and through a port of the computer", async () => {
  const peer = createSocket("udp4", (bytes, from) => peer.send(`echo ${bytes}`, from.port, from.address));
  await once(peer.bind(0, "127.0.0.1"), "listening");
  const source = python`
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"x", ("127.0.0.1", port))
    print(s.recvfrom(100) == (b"echo x", ("127.0.0.1", port)))
    s.close()
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", 5005))
    s.sendto(b"from the board's port", ("127.0.0.1", port))
    print(s.recv(100))
  `;
  const output = await run(source, peer.address().port, { forward: [{ from: 0, to: 5005, protocol: "udp" }] });
  expect(output).toBe('True\nb"echo from the board\'s port"\n');
  peer.close();
});

test("who connects before the board listens is turned away, and whom the board forgets is closed with it", async () => {
  await using network = await ComputerNetwork.open({ forward: [{ from: 0, to: 80 }] });
  const port = network.portOf(80) as number;
  const early = createConnection(port, "127.0.0.1");
  await once(
    early.on("error", () => undefined),
    "close",
  );
  let late: Socket;
  {
    await using scenario = new Scenario({ clock: systemClock });
    const source = `s = socket.socket()\ns.bind(("", 80))\ns.listen(1)\nprint("listens")\nkept = s.accept()\nprint("taken")\n`;
    const options = { network, accessPoint: {}, argv: ["0"], repl: true };
    const board = scenario.board({ source: CONNECTED + source }, options);
    await scenario.until(board, /listens/);
    late = createConnection(port, "127.0.0.1");
    await scenario.until(board, /taken/);
  }
  await once(
    late.on("error", () => undefined),
    "close",
  );
});

test("a port of the computer that is in use is an error, before anything runs", async () => {
  const server = createServer();
  const port = await listening(server);
  await expect(ComputerNetwork.open({ forward: [{ from: port, to: 80 }] })).rejects.toThrow("EADDRINUSE");
  server.close();
});

test("it is told which port nobody can reach", async () => {
  const ports: number[] = [];
  const source = `s = socket.socket()\ns.bind(("", 8080))\ns.listen(1)\n`;
  await run(source, 0, { onUnreachable: (port) => ports.push(port) });
  expect(ports).toEqual([8080]);
});

test("it is not for virtual time", async () => {
  await using network = await ComputerNetwork.open();
  await using air = new Air({ clock: new VirtualClock() });
  expect(() => new Program(air.radio(), { source: "", network })).toThrow("real time");
});
