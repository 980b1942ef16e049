import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasMosquitto, Mosquitto } from "../../bench/mosquitto.ts";
import { faultsOfDiscovery } from "../../packages/gateway/test/bridge/discovery-validator.ts";
import { door, GATEWAY, lamp, sensor, shed } from "../../packages/gateway/test/programs.ts";
import { ownAirs } from "./shared-air.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));
const run = promisify(execFile);
const MACS = ["02:00:00:00:00:a1", "02:00:00:00:00:a2", "02:00:00:00:00:a3", "02:00:00:00:00:a4"] as const;

ownAirs();

let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-house-"));
  children = [];
});

afterEach(async () => {
  for (const child of children.reverse()) {
    const exited = once(child, "exit");
    if (child.kill()) await exited;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** What a process prints, and how to wait for it. */
function start(command: string, args: readonly string[]): (pattern: RegExp) => Promise<RegExpExecArray> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ESPNOW_RADIO: "" },
  });
  children.push(child);
  let printed = "";
  let changed = (): void => undefined;
  child.stdout.on("data", (chunk) => {
    printed += chunk;
    changed();
  });
  return (pattern) =>
    new Promise((resolve) => {
      changed = () => {
        const found = pattern.exec(printed);
        if (found !== null) resolve(found);
      };
      changed();
    });
}

describe.skipIf(!hasMosquitto)("a house on a simulated air, in real time (mosquitto, mosquitto-clients)", () => {
  test("unmodified programs are discovered and heard, and do what mosquitto_pub says", async () => {
    await using mosquitto = await Mosquitto.start();
    const port = ["-p", String(mosquitto.port)];
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const publish = (topic: string, message: string) =>
      run("mosquitto_pub", [...port, "-t", topic, "-m", message, "-q", "1"]);
    const retained = async (topic: string): Promise<string> =>
      (await run("mosquitto_sub", [...port, "-t", topic, "-C", "1", "--retained-only"])).stdout.trim();

    const said = start("mosquitto_sub", [...port, "-t", "#", "-v"]);
    const config = write(
      "gateway.yaml",
      `radios: ["air:house?mac=${GATEWAY}"]\nstore: ${folder}/gateway.db\nhttp: null\nauto_accept: true\n` +
        `mqtt: { url: "${mosquitto.url}" }\nnodes:\n  "${MACS[0]}": { name: Attic, sleepy: true }\n  "${MACS[2]}": { sleepy: true }\n`,
    );
    start(process.execPath, [ESPNOW, "gateway", "--config", config]);
    await said(/bridge\/state \{"state":"online"\}/);
    const programs = [
      write("attic.py", sensor(2000)),
      write("lamp.py", lamp(5000)),
      write("shed.py", shed(2000)),
      write("door.py", door(1000)),
    ];
    const printed = start(process.execPath, [
      ESPNOW,
      "run",
      "--radio",
      "air:house",
      ...MACS.flatMap((mac) => ["--mac", mac]),
      ...programs,
    ]);

    // What they say is retained, and they are discovered.
    await said(/espnow\/Attic \{.*"temperature":2/);
    await said(/espnow\/0200000000a2 \{"on":false/);
    await said(/espnow\/0200000000a3 \{"count":0/);
    await said(/espnow\/0200000000a4 \{"temp":21\.5,"open":true/);
    expect(JSON.parse(await retained("espnow/Attic"))).toMatchObject({ battery: 87 });
    for (const mac of MACS) {
      const topic = `homeassistant/device/espnow_${mac.replaceAll(":", "")}/config`;
      expect(faultsOfDiscovery(topic, await retained(topic))).toEqual([]);
    }
    expect(await retained("shed/count")).toMatch(/^\d+$/);

    // What they are told reaches them: at once, at the next wake-up, when they ask.
    await publish("espnow/0200000000a2/set", '{"on": true}');
    await printed(/lamp 1/);
    await said(/espnow\/0200000000a2 \{"on":true/);
    await publish("espnow/Attic/set/interval", "30");
    await printed(/told \{"interval":30\}/);
    await said(/espnow\/Attic\/command .*"state":"acked"/);
    await publish("shed/fan", "fast");
    await printed(/told shed\/fan fast/);
    await printed(/published [1-9]\d* ACK/);
  });
});
