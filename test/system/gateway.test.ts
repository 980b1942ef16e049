import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { hasMosquitto, Mosquitto } from "../../bench/mosquitto.ts";
import { faultsOfDiscovery } from "../../packages/gateway/test/bridge/discovery-validator.ts";
import { hasChromium, openBrowser } from "./chromium.ts";
import { ownAirs } from "./shared-air.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const hasNotify = ["systemd-notify", "socat"].every((name) => existsSync(`/usr/bin/${name}`));

ownAirs();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-gateway-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** It does not outlive its test, however that ends. */
function start(args: readonly string[], env: Record<string, string> = {}): Child {
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  const child = spawn(process.execPath, [ESPNOW, "gateway", ...args], {
    stdio,
    env: { ...process.env, ESPNOW_RADIO: "", ...env },
  });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop(child, "SIGKILL");
  });
  return child;
}

/** Returns the signal that ended it. */
async function stop(child: Child, by: NodeJS.Signals = "SIGTERM"): Promise<NodeJS.Signals | null> {
  const exited = once(child, "exit");
  child.kill(by);
  return (await exited)[1];
}

/** Where the status page of a gateway is. */
async function urlOf(child: Child): Promise<string> {
  let said = "";
  for (;;) {
    const [, url] = /status page: (\S+)\n/.exec(said) ?? [];
    if (url !== undefined) return url;
    said += String((await once(child.stdout, "data"))[0]);
  }
}

const HTTP = ["--http", "127.0.0.1:0"];
const NEW = ["--radio", "air:gateway", ...HTTP];

describe.skipIf(!hasMosquitto)("espnow gateway with mosquitto", () => {
  /** The messages of a broker, newest by topic, as they come. */
  async function watch(client: MqttClient): Promise<(topic: RegExp, payload: RegExp) => Promise<[string, string]>> {
    const newest = new Map<string, string>();
    let changed = (): void => undefined;
    client.on("message", (topic, payload) => {
      newest.set(topic, String(payload));
      changed();
    });
    await client.subscribeAsync("#");
    return (topic, payload) =>
      new Promise((resolve) => {
        changed = () => {
          const found = [...newest].find(([name, value]) => topic.test(name) && payload.test(value));
          if (found !== undefined) resolve(found);
        };
        changed();
      });
  }

  test("simulated nodes are discovered, say what they measure, and do what they are told", async () => {
    await using mosquitto = await Mosquitto.start();
    const client = await mqtt.connectAsync(mosquitto.url);
    const until = await watch(client);
    const child = start([...NEW, "--demo", "--mqtt", mosquitto.url, "--store", join(folder, "demo.db")]);
    try {
      const url = await urlOf(child);
      await until(/^espnow\/bridge\/state$/, /online/);
      const [topic, discovery] = await until(/^homeassistant\/device\/espnow_[0-9a-f]{12}\/config$/, /brightness/);
      expect(faultsOfDiscovery(topic, discovery)).toEqual([]);
      await client.publishAsync("espnow/Lamp/set/on", "ON", { qos: 1 });
      await until(/^espnow\/Lamp\/command$/, /"state":"acked"/);
      await until(/^espnow\/Lamp$/, /"on":true/);
      await until(/^espnow\/Bathroom$/, /"temperature":.*"humidity":/);
      const health = await fetch(`${url}health`);
      expect(await health.json()).toMatchObject({ status: "ok", store: "ok", broker: true, problems: [] });
    } finally {
      expect(await stop(child)).toBe("SIGTERM");
    }
    await until(/^espnow\/bridge\/state$/, /offline/);
    await client.endAsync(true);
  });

  test("rename, another decoder and removal leave no ghost topic", async () => {
    await using mosquitto = await Mosquitto.start();
    const client = await mqtt.connectAsync(mosquitto.url);
    const until = await watch(client);
    const config = join(folder, "ghosts.yaml");
    writeFileSync(
      config,
      "radios: [air:gateway]\nnodes: { 02:00:00:00:00:a7: { name: Hall, decoder: { format: text } } }\n",
    );
    const child = start(["--config", config, ...HTTP, "--mqtt", mosquitto.url]);
    try {
      const url = await urlOf(child);
      const ask = async (what: string, data: object): Promise<void> => {
        const headers = { "content-type": "application/json" };
        const body = JSON.stringify(data);
        expect((await fetch(`${url}api/request/${what}`, { method: "POST", headers, body })).status).toBe(200);
      };
      await until(/^homeassistant\/device\/espnow_0200000000a7\/config$/, /Hall/);
      await ask("rename", { node: "Hall", name: "Attic" });
      await ask("decoder", { node: "Attic", decoder: { format: "bthome" } });
      await until(/^espnow\/bridge\/nodes$/, /"bthome"/);
      expect(await retained(mosquitto)).toEqual(
        [...BRIDGE_TOPICS, "espnow/Attic/availability", "homeassistant/device/espnow_0200000000a7/config"].sort(),
      );
      await ask("remove", { node: "Attic" });
      await until(/^espnow\/bridge\/nodes$/, /^\[\]$/);
      expect(await retained(mosquitto)).toEqual(BRIDGE_TOPICS);
      expect(readFileSync(config, "utf8")).not.toContain("a7");
    } finally {
      await stop(child);
      await client.endAsync(true);
    }
  });

  const BRIDGE_TOPICS = [
    "espnow/bridge/health",
    "espnow/bridge/info",
    "espnow/bridge/nodes",
    "espnow/bridge/state",
    "homeassistant/device/espnow_bridge_espnow/config",
  ];

  /** The topics with a retained message, in order. */
  async function retained(mosquitto: Mosquitto): Promise<string[]> {
    const client = await mqtt.connectAsync(mosquitto.url);
    const topics: string[] = [];
    const end = new Promise<void>((resolve) => {
      client.on("message", (topic, _payload, { retain }) => {
        if (topic === "end") resolve();
        else if (retain) topics.push(topic);
      });
    });
    await client.subscribeAsync("#");
    await client.publishAsync("end", "", { qos: 1 });
    await end;
    await client.endAsync(true);
    return topics.sort();
  }

  test("after a kill -9 the nodes are known, and the broker tells that the gateway is gone", async () => {
    await using mosquitto = await Mosquitto.start();
    const client = await mqtt.connectAsync(mosquitto.url);
    const until = await watch(client);
    const store = join(folder, "killed.db");
    const first = start([...NEW, "--demo", "--mqtt", mosquitto.url, "--store", store]);
    await until(/^homeassistant\/device\/espnow_[0-9a-f]{12}\/config$/, /humidity/);
    const gone = once(first, "exit");
    first.kill("SIGKILL");
    await gone;
    await until(/^espnow\/bridge\/state$/, /offline/);
    const second = start([...NEW, "--store", store]);
    try {
      const { nodes } = (await (await fetch(`${await urlOf(second)}api/nodes`)).json()) as {
        nodes: { format: string }[];
      };
      expect(nodes.map(({ format }) => format)).toContain("bthome");
    } finally {
      await stop(second);
      await client.endAsync(true);
    }
  });
});

test.skipIf(!hasChromium)("the status page shows moving values, and other origins read nothing", async () => {
  const child = start([...NEW, "--demo"]);
  const url = await urlOf(child); // before anything else: what is said meanwhile is not said again
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(url);
    const values = page.locator("td.values", { hasText: "temperature" });
    await values.first().waitFor();
    const before = await values.allTextContents();
    await expect.poll(() => values.allTextContents(), { timeout: 30_000 }).not.toEqual(before);
    const room = page.getByRole("row").filter({ hasText: "Living room" });
    expect(await room.getByRole("definition").first().textContent()).toMatch(/^[\d.]+\u00a0°C$/);
    await page.screenshot({ path: join(process.env["ESPNOW_SCREENSHOTS"] ?? folder, "gateway.png") });
    await page.setViewportSize({ width: 360, height: 780 }); // a phone, which shows nothing beside the screen
    await page.screenshot({ path: join(process.env["ESPNOW_SCREENSHOTS"] ?? folder, "gateway-phone.png") });
    for (const part of ["html", "main"]) {
      const hidden = await page.locator(part).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
      expect(hidden).toBe(0);
    }
    expect(errors).toEqual([]);

    const stranger = await browser.newPage();
    await stranger.route("http://evil.example/", (route) => route.fulfill({ contentType: "text/html", body: "hello" }));
    await stranger.goto("http://evil.example/");
    const read = await stranger.evaluate(async (address) => {
      const attempt = (path: string, init?: RequestInit): Promise<string> =>
        fetch(address + path, init).then(
          (response) => response.text(),
          () => "refused",
        );
      const post = { method: "POST", headers: { "content-type": "application/json" }, body: '{"minutes":5}' };
      const events = new Promise<string>((resolve) => {
        const socket = new WebSocket(`${address.replace("http", "ws")}api/events`);
        socket.onmessage = ({ data }) => resolve(String(data));
        socket.onerror = () => resolve("refused");
      });
      return [await attempt("api/nodes"), await attempt("api/request/permit", post), await events];
    }, url);
    expect(read).toEqual(["refused", "refused", "refused"]);
    const own = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const socket = new WebSocket("api/events");
          socket.onmessage = ({ data }) => {
            const { type } = JSON.parse(String(data)) as { type: string };
            if (type === "uplink") resolve(type); // a node may become available before
          };
        }),
    );
    expect(own).toBe("uplink");
  } finally {
    await browser.close();
    await stop(child);
  }
});

test.skipIf(!hasChromium)("with a token, a browser logs in; the token is in no URL and in no output", async () => {
  const token = "a token of the house";
  const child = start([...NEW, "--demo"], { ESPNOW_GATEWAY_TOKEN: token });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
  const url = await urlOf(child); // before anything else: what is said meanwhile is not said again
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(url);
    const field = page.getByLabel("The token of this gateway");
    await field.fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("the token is wrong").waitFor();
    await field.fill(token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator("td.values", { hasText: "temperature" }).first().waitFor();
    await page.reload();
    await page.locator("td.values", { hasText: "temperature" }).first().waitFor();
    expect(asked.join("\n")).not.toContain(encodeURIComponent(token));
    expect(output).not.toContain(token);
  } finally {
    await browser.close();
    await stop(child);
  }
});

test("a request starts it again, with its configuration as it is now", async () => {
  const config = join(folder, "restart.yaml");
  writeFileSync(config, "radios: [air:gateway]\nhttp: { listen: '127.0.0.1:0' }\n");
  const child = start(["--config", config]);
  const url = await urlOf(child);
  writeFileSync(
    config,
    'radios: [air:gateway]\nhttp: { listen: "127.0.0.1:0" }\nnodes: { "02:00:00:00:00:a1": { name: Attic } }\n',
  );
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}api/request/restart`, { method: "POST", headers, body: "{}" });
  expect(await answer.json()).toEqual({ status: "ok", data: {} });
  expect(await (await fetch(`${await urlOf(child)}api/nodes`)).text()).toContain('"Attic"');
  expect(await stop(child)).toBe("SIGTERM");
});

test("SIGHUP makes it read its configuration again, and SIGTERM ends it", async () => {
  const config = join(folder, "reload.yaml");
  writeFileSync(config, "radios: [air:gateway]\n");
  const child = start(["--config", config, ...HTTP]);
  const url = await urlOf(child);
  writeFileSync(config, 'nodes: { "02:00:00:00:00:a1": { name: Hall } }\n');
  child.kill("SIGHUP");
  expect(String((await once(child.stdout, "data"))[0])).toBe("read the configuration again\n");
  expect(await (await fetch(`${url}api/nodes`)).text()).toContain('"Hall"');
  expect(await stop(child)).toBe("SIGTERM");
});

test.skipIf(!hasNotify)("systemd is told that it is ready, lives, and stops (systemd-notify, socat)", async () => {
  const socket = join(folder, "notify");
  const systemd = spawn("socat", ["-u", `UNIX-RECV:${socket}`, "STDOUT"], { stdio: ["ignore", "pipe", "ignore"] });
  let told = "";
  systemd.stdout.on("data", (data) => (told += String(data)));
  await expect.poll(() => existsSync(socket)).toBe(true);
  const child = start(NEW, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "200000" });
  try {
    await expect.poll(() => told, { timeout: 30_000 }).toMatch(/^READY=1[\s\S]*WATCHDOG=1/);
    await stop(child);
    await expect.poll(() => told, { timeout: 30_000 }).toContain("STOPPING=1");
  } finally {
    systemd.kill();
  }
});

describe("what is wrong is one line that says what to do", () => {
  const server = createServer();
  let taken: AddressInfo;
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    taken = server.address() as AddressInfo;
  });
  afterAll(() => server.close());

  const config = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  test.each([
    ["a radio that is not there", () => ["--radio", "linux:nowhere"], {}, 1, /^espnow: .*nowhere/],
    ["a radio URL that means nothing", () => ["--radio", "nonsense:"], {}, 2, /^espnow: .*nonsense/],
    [
      "a broker URL that means nothing",
      () => ["--mqtt", "localhost"],
      {},
      2,
      /^espnow: mqtt\.url: it must be like mqtt:/,
    ],
    ["a file that is not there", () => ["--config", "/nowhere.yaml"], {}, 1, /^espnow: cannot read \/nowhere\.yaml: /],
    [
      "a wrong setting",
      () => ["--config", config("a.yaml", "\nradio: air:x\n")],
      {},
      2,
      /^espnow: .*a\.yaml:2: there is no setting "radio"/,
    ],
    [
      "a store that is none",
      () => ["--store", config("b.db", "no store".repeat(200))],
      {},
      3,
      /^espnow: the store .*b\.db is damaged or no store; move it away/,
    ],
    [
      "an open address without a token",
      () => ["--http", "0.0.0.0:0"],
      {},
      1,
      /^espnow: listening on 0\.0\.0\.0:0 needs a token: set http\.token_file, or ESPNOW_GATEWAY_TOKEN/,
    ],
    [
      "a password that is not there",
      () => ["--config", config("c.yaml", "mqtt: { url: mqtt://x, password_file: /nowhere }")],
      {},
      1,
      /^espnow: mqtt\.password_file: ENOENT.*\/nowhere/,
    ],
    [
      "a folder of decoders that is not there",
      () => ["--config", config("d.yaml", "decoders: /nowhere")],
      {},
      1,
      /^espnow: the folder of decoders cannot be read: ENOENT/,
    ],
    [
      "a decoder that is not there",
      () => [
        "--config",
        config(
          "e.yaml",
          `decoders: ${folder}\nnodes: { 24:0a:c4:1d:58:68: { decoder: { format: script, file: a.js } } }`,
        ),
      ],
      {},
      2,
      /^espnow: there is no decoder a\.js in .*: it has none/,
    ],
    [
      "a version of another program",
      () => ["--config", config("f.yaml", "version: 2")],
      {},
      2,
      /^espnow: .*f\.yaml:1: version: it must be 1/,
    ],
    [
      "a port that is in use",
      () => ["--http", `127.0.0.1:${taken.port}`],
      {},
      1,
      /^espnow: 127\.0\.0\.1:\d+ is in use: choose another port with --http or http\.listen/,
    ],
    [
      "a token that can be guessed",
      () => [],
      { ESPNOW_GATEWAY_TOKEN: "secret" },
      1,
      /^espnow: the token of the API must have 16 characters or more/,
    ],
    [
      "simulated nodes on a real radio",
      () => ["--demo", "--radio", "replay:examples/data/encrypted.pcap"],
      {},
      2,
      /^espnow: the simulated nodes need an air: or sim: radio/,
    ],
  ] as const)("%s", async (_, args, env, code, line) => {
    const own: readonly string[] = args();
    const child = start([...(own.includes("--radio") ? HTTP : NEW), ...own], env);
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(exitCode).toBe(code);
    if ("ESPNOW_GATEWAY_TOKEN" in env) expect(stderr).not.toContain("secret\n");
  });

  test("the schema of the configuration is printed", async () => {
    const child = start(["schema"]);
    const schema = JSON.parse(await text(child.stdout)) as { properties: object };
    expect(Object.keys(schema.properties)).toContain("radios");
  });
});

test("the examples of the documentation are configurations", async () => {
  const { parseConfig } = await import("espnow-gateway/service");
  const documents = ["docs/gateway.md", "docs/decoders.md", "docs/gateway-docker.md"].map((file) =>
    readFileSync(file, "utf8"),
  );
  const blocks = documents.flatMap((text) => [...text.matchAll(/```yaml\n([\s\S]*?) *```/g)]);
  expect(blocks.length).toBeGreaterThan(1);
  for (const [, block = ""] of blocks) expect(parseConfig(block, "docs/gateway.md").radios.length).toBeGreaterThan(0);
});
