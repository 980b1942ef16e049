import { sleep, toMac } from "aioespnow";
import { Air, type SimRadio } from "aioespnow/sim";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ServiceManager } from "#cli/gateway/service-manager.ts";

let air: Air;
let radio: SimRadio;
let told: string[];

beforeEach(() => {
  air = new Air({ seed: 1 });
  radio = air.radio({ mac: toMac("02:00:00:00:00:01") });
  told = [];
});

afterEach(() => air[Symbol.asyncDispose]());

test("systemd is told that the gateway is ready, lives, and stops", async () => {
  const env = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "60000000" };
  const manager = new ServiceManager(env, radio.clock, (state) => told.push(state));
  await sleep(40_000, { radio });
  expect(told).toEqual([]);
  manager.ready();
  await sleep(70_000, { radio });
  manager[Symbol.dispose]();
  await sleep(70_000, { radio });
  expect(told).toEqual(["READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]);
});

test("without systemd nothing is told", async () => {
  const manager = new ServiceManager({ WATCHDOG_USEC: "1000000" }, radio.clock, (state) => told.push(state));
  manager.ready();
  await sleep(5000, { radio });
  manager[Symbol.dispose]();
  expect(told).toEqual([]);
});
