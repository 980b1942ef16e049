import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import { ESPNow } from "#lib/espnow/espnow.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { Air } from "#lib/open/sim-air.ts";
import type { Radio } from "#lib/radio/radio.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { ownAirs } from "./shared-air.ts";

ownAirs();

const LIBRARY = new URL("../../packages/aioespnow/dist/", import.meta.url);
/** It does nothing else for longer than a blocking send waits, at each frame. */
const HOST = `
  import { hostAir } from "${LIBRARY.href}air.js";
  ${block}
  const air = await hostAir("late");
  air.observe((event) => { if (event.kind === "transmission") block(200); });
  console.log("there");`;
const SENDER = `
  import { BROADCAST, ESPNow, openRadioSync, WLAN } from "${LIBRARY.href}index.js";
  const radio = openRadioSync("air:late");
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new ESPNow(radio);
  e.active(true);
  e.addPeer(BROADCAST);
  for (let i = 0; i < 3; i++) console.log(e.send(BROADCAST, "hello"));`;

test("a blocking send gets its report where the air had no turn for longer than it waits", async () => {
  const host = spawn(process.execPath, ["--input-type=module", "--eval", HOST], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [said] = await Promise.race([once(host.stdout, "data"), once(host, "exit")]);
    expect(String(said)).toBe("there\n");
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", SENDER]);
    expect(stdout).toBe("true\ntrue\ntrue\n");
  } finally {
    host.kill();
  }
});

/** Looks at the time that a program takes between a send and its wait for the report: where the computer does other work. */
test.each([1, 2, 3, 4])(
  "a blocking send gets its report where its thread had no turn, at look %i at the time",
  (late) => {
    let looks = Number.NaN;
    class StarvedClock extends SystemClock {
      override now(): number {
        if (++looks === late) block(200);
        return super.now();
      }
    }
    const radio = new Air({ clock: new StarvedClock() }).radio();
    const e = started(radio);
    const send = radio.send.bind(radio);
    radio.send = (...args) => {
      const number = send(...args);
      looks = 0;
      return number;
    };
    expect([1, 2, 3].map(() => e.send(BROADCAST, "hello"))).toEqual([true, true, true]);
  },
);

test("a blocking send whose report never comes is ETIMEDOUT in real time, as in virtual time", () => {
  const phy = new Air({ clock: new SystemClock() }).phy({ mac: "02:00:00:00:00:0a" as MacAddress });
  phy.transmit = () => undefined;
  const e = started(new SoftMacRadio(phy));
  const start = performance.now();
  expect(() => e.send(BROADCAST, "hello")).toThrow(expect.objectContaining({ code: "ETIMEDOUT" }));
  const took = performance.now() - start;
  expect(took).toBeGreaterThanOrEqual(100);
  // A medium may be late by 5 s; this one says that its time is over.
  expect(took).toBeLessThan(5000);
});

test("a blocking send in the thread that hosts its air ends, though the air has no turn", async () => {
  const program = `
    import { hostAir } from "${LIBRARY.href}air.js";
    const air = await hostAir("late");
    ${SENDER.replaceAll("openRadioSync", "openRadio").replace("= openRadio", "= await openRadio")}`;
  const failed = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  await expect(failed).rejects.toMatchObject({ stderr: expect.stringContaining("ETIMEDOUT") });
});

/** ESP-NOW on a radio whose interface is up, with a peer for broadcasts. */
function started(radio: Radio): ESPNow {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new ESPNow(radio);
  e.active(true);
  e.addPeer(BROADCAST);
  return e;
}

/** Nothing else happens in this thread meanwhile. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
