import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { SHARED_VARIABLE, sharedFile } from "../shared.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const EXAMPLES = new URL("../../examples/dist/", import.meta.url);
const CAPTURE = sharedFile("vectors/esp32-broadcast.pcap");
const DEMONSTRATION = `\
A simulated air, 25 seconds of virtual time:

  0.0019 s  bob    Echo: ping
  0.0019 s  bob    Echo: added peer 02:00:00:00:00:0a
  0.0022 s  alice  Heartbeat: ping 02:00:00:00:00:0b
  0.0028 s  alice  Received: ping from 02:00:00:00:00:0b
  0.0133 s  carol  Heartbeat: peer not responding: 02:00:00:00:00:99
 10.0030 s  bob    Echo: ping
 10.0033 s  alice  Heartbeat: ping 02:00:00:00:00:0b
 10.0040 s  alice  Received: ping from 02:00:00:00:00:0b
 10.0245 s  carol  Heartbeat: peer not responding: 02:00:00:00:00:99
 20.0042 s  bob    Echo: ping
 20.0045 s  alice  Heartbeat: ping 02:00:00:00:00:0b
 20.0052 s  alice  Received: ping from 02:00:00:00:00:0b
 20.0322 s  carol  Heartbeat: peer not responding: 02:00:00:00:00:99

9 messages sent, 6 acknowledged, 3 lost (nobody was there).

An encrypted frame of a real ESP32, from a capture (its keys are 16 zeros each):

  without its key: nothing is read
  with its key:    "This is the message" from 24:0a:c4:1d:58:68, encrypted: true
`;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A built example as a process; heartbeats of two minutes are virtual ones. */
function start(name: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, [fileURLToPath(new URL(`${name}.js`, EXAMPLES)), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
    env: { ...process.env, ESPNOW_RADIO: "sim:?clock=virtual", ...environment },
  });
}

/** Runs a built example to its end. */
async function run(name: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const child = start(name, args, environment);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, stdout, stderr };
}

describe("the built demonstration", () => {
  test("shows an answered heartbeat, an absent peer, an added stranger, and a real frame; and ends", async () => {
    expect(await run("demo")).toEqual({ code: 0, stderr: "", stdout: DEMONSTRATION });
  });

  test.skipIf(CAPTURE === undefined)(
    `reads the capture of a real ESP32 that it is given: 300 messages, none dropped (${SHARED_VARIABLE})`,
    async () => {
      const { code, stdout, stderr } = await run("demo", [CAPTURE as string]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/\n\n300 messages, 1 sender, 0 dropped\.\n$/);
      expect(stdout.split("\n")).toHaveLength(303);
    },
  );
});

test.each([
  ["broadcast", /^cellar hears .*\ngarden hears .*\nkitchen sends: true\n$/],
  ["encrypted", /\nthe lock reads "open", encrypted: true\n/],
  ["heartbeat-and-echo", /^(Heartbeat: peer not responding: 02:bb:bb:bb:bb:bb\n){12}$/],
])("the built example %s runs and ends by itself", async (name, output) => {
  const { code, stdout, stderr } = await run(name);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(output);
});

test("the README's first program meets the partner that the README starts, which answers", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hello-"));
  const env = { ...process.env, XDG_RUNTIME_DIR: folder };
  const radio = "air:?mac=02:00:00:00:00:0b";
  const partner = spawn(process.execPath, [ESPNOW, "echo", "--radio", radio], {
    stdio: ["ignore", "ignore", "pipe"],
    env,
  });
  try {
    await once(partner.stderr, "data"); // it says that it is there
    const hello = start("hello", [], { XDG_RUNTIME_DIR: folder, ESPNOW_RADIO: "" });
    let printed = "";
    for await (const chunk of hello.stdout) {
      printed += String(chunk);
      if (printed.split("\n").length > 2) break;
    }
    hello.kill();
    expect(printed).toBe("acknowledged\n02:00:00:00:00:0b hello\n");
  } finally {
    partner.kill();
    await once(partner, "exit");
    rmSync(folder, { recursive: true });
  }
});

describe.each(["demo", "replay"])("the built example %s", (name) => {
  test.each([
    ["/no/such/file.pcap", /^cannot replay \/no\/such\/file\.pcap: there is no such file\n$/],
    ["package.json", /^cannot replay package\.json: ERR_RADIO_PROTOCOL: .* neither pcap nor pcapng\n$/],
  ])("says on stderr what is wrong with %s, in one line, and exits with 1", async (file, message) => {
    const { code, stdout, stderr } = await run(name, [file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

test("a radio that does not exist ends a program with a message", async () => {
  const { code, stderr } = await run("heartbeat-and-echo", [], { ESPNOW_RADIO: "usb:0" });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^a radio URL must begin with .*, not "usb:0"\n$/);
});

test.each([
  ["demo", []],
  ["broadcast", []],
  ["encrypted", []],
  ["heartbeat-and-echo", []],
  ["replay", [fileURLToPath(new URL("../data/encrypted.pcap", EXAMPLES))]],
])("%s ends quietly, with 0, when nobody reads what it prints", async (name, args) => {
  const child = start(name, args);
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("the tests of the MicroPython sensor and gateway pass under Node's own test runner", async () => {
  const file = fileURLToPath(new URL("micropython/sensor-gateway.node-test.js", EXAMPLES));
  const child = spawn(process.execPath, ["--test", file], { stdio: ["ignore", "pipe", "inherit"], timeout: 200_000 });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(stdout).toMatch(/^# pass 1$/m);
  expect(code).toBe(0);
});
