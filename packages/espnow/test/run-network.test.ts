import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseAccessPoint } from "#cli/boards/board-settings.ts";
import { collectForwards } from "#cli/boards/network-options.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

const CONNECTED = `
import network, socket, sys, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.config(reconnects=0)
sta.connect("home", "secret")
while sta.status() == network.STAT_CONNECTING:
    time.sleep_ms(50)
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-run-network-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function espnow(source: string, ...options: readonly string[]) {
  const file = join(folder, "main.py");
  writeFileSync(file, source);
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const { signal } = new AbortController();
  const code = await run(["run", ...options, file], { stdout, stderr, env: {}, signal, exitCode: 0 });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Sends by TCP and by UDP to ports of this computer, in every way that a program has. */
function sending(tcp: number, udp: number): string {
  return `${CONNECTED}
import asyncio, requests, ntptime
from umqtt.simple import MQTTClient
def attempt(call, *args):
    try:
        call(*args)
        print("sent")
    except Exception as e:
        print(type(e).__name__)
def by_tcp():
    s = socket.socket()
    s.connect(("127.0.0.1", ${tcp}))
    s.write(b"tcp")
def by_udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"udp", ("127.0.0.1", ${udp}))
    s.sendto(b"udp", ("255.255.255.255", ${udp}))
async def by_stream():
    await asyncio.open_connection("127.0.0.1", ${tcp})
attempt(by_tcp)
attempt(by_udp)
attempt(lambda: asyncio.run(by_stream()))
attempt(requests.get, "http://127.0.0.1:${tcp}/")
attempt(MQTTClient("me", "127.0.0.1", ${tcp}).connect)
ntptime.host = "127.0.0.1"
attempt(ntptime.settime)
attempt(socket.getaddrinfo, "localhost", 80)
`;
}

describe("without --network", () => {
  test.each([
    ["", [], /^\S+: it found no access point "home" \(--access-point "home:PASSWORD@CHANNEL"\)\n$/],
    ["with an access point: ", ["--access-point", "home:secret"], /^$/],
    ["in virtual time: ", ["--virtual", "--access-point", "home:secret"], /^$/],
  ])("%sno packet leaves a board", async (_, options, notes) => {
    let arrived = 0;
    const server = createServer((socket) => {
      arrived++;
      socket.destroy();
    });
    const udp = createSocket("udp4", () => arrived++);
    await once(server.listen(0, "127.0.0.1"), "listening");
    await once(udp.bind(0), "listening");
    const source = sending((server.address() as AddressInfo).port, udp.address().port);
    const refused = "NotImplementedError\n".repeat(7);
    const { stderr, ...result } = await espnow(`${source}`, "--for", "60s", ...options);
    expect(result).toEqual({ code: 0, stdout: refused });
    expect(stderr).toMatch(notes);
    expect(arrived).toBe(0);
    const sent = await espnow(source, "--network");
    expect(sent.stdout.match(/^sent$/gm)?.length).toBeGreaterThan(3); // the listeners would have heard it
    expect(arrived).toBeGreaterThan(2);
    server.close();
    udp.close();
  });
});

test("--forward leads to the server of a board; one that nobody can reach is remarked on", async () => {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const source = `${CONNECTED}
t = socket.socket()
t.bind(("", 8266))
t.listen(1)
s = socket.socket()
s.bind(("", 80))
s.listen(1)
c, _ = s.accept()
print(c.readline())
c.write("HTTP/1.0 200 OK\\r\\n\\r\\nhello")
c.close()
time.sleep_ms(200)
`;
  const running = espnow(source, "--network", "--forward", `${port}:80`);
  const curl = spawn("curl", [
    "-s",
    "--retry",
    "100",
    "--retry-all-errors",
    "--retry-delay",
    "0",
    `http://127.0.0.1:${port}/`,
  ]);
  const [bytes] = await once(curl.stdout, "data");
  expect(String(bytes)).toBe("hello");
  expect(await running).toEqual({
    code: 0,
    stdout: "b'GET / HTTP/1.1\\r\\n'\n",
    stderr: "a program listens on port 8266: --forward 8266:8266 makes it reachable\n",
  });
});

test("--access-point is found by its name, with its password, on its channel", async () => {
  const source = `${CONNECTED}print(sta.status() == network.STAT_GOT_IP, sta.config("channel"), sta.scan()[0][0])`;
  const { stdout } = await espnow(source, "--virtual", "--access-point", "home:secret@6");
  expect(stdout).toBe("True 6 b'home'\n");
});

test.each([
  [["--forward", "8080:80"], "--forward needs --network"],
  [["--network", "--virtual"], "--network is for real time: leave --virtual out"],
  [["--network", "--forward", "80"], "It must look like 8080:80"],
  [["--network", "--forward", "80:99999"], "A port is a number from 0 to 65535, and a board's from 1."],
])("%j is refused", async (options, why) => {
  const { code, stderr } = await espnow("", ...options);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(why) });
});

test("ports and access points as they are written", () => {
  const tcp = { from: 8080, to: 80, protocol: "tcp" };
  expect(collectForwards("8080:80")).toEqual([tcp]);
  expect(collectForwards("[::1]:5005:5006/UDP", [])).toEqual([{ from: 5005, to: 5006, protocol: "udp", host: "::1" }]);
  expect(collectForwards("0.0.0.0:8080:80")).toEqual([{ ...tcp, host: "0.0.0.0" }]);
  expect(parseAccessPoint("home:p@ss:w@rd@11")).toEqual({ ssid: "home", password: "p@ss:w@rd", channel: 11 });
});
