import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ownAirs } from "./shared-air.ts";

ownAirs();

const LIBRARY = new URL("../../packages/aioespnow/dist/index.js", import.meta.url);
const ENCRYPTED = "examples/data/encrypted.pcap";

/** What a program with the built library prints whose `e` is made without a radio. */
async function output(radio: string | undefined, program: string): Promise<string> {
  const source = `
    import { AIOESPNow, WLAN } from ${JSON.stringify(LIBRARY.href)};
    const wlan = new WLAN(WLAN.IF_STA);
    wlan.active(true);
    const e = new AIOESPNow();
    e.active(true);
    ${program}`;
  const { ESPNOW_RADIO: _, ...others } = process.env;
  const env = radio === undefined ? others : { ...others, ESPNOW_RADIO: radio };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], {
    timeout: 20_000,
    env,
  });
  return stdout.trim();
}

test("without ESPNOW_RADIO a program is on the air that all share, and ends by itself", async () => {
  const program = `e.addPeer("02:00:00:00:00:99"); console.log(await e.asend("02:00:00:00:00:99", "anybody?"));`;
  expect(await output(undefined, program)).toBe("false");
  const peer = `wlan.config("mac"); e.irq(() => { console.log("heard", String(e.recv(0)[1])); e.irq(null); });`;
  const sender = `
    import { openRadioSync, AIOESPNow as Other, WLAN as Wlan } from ${JSON.stringify(LIBRARY.href)};
    const other = openRadioSync("air:");
    new Wlan(0, other).active(true);
    const sending = new Other(other);
    sending.active(true);
    sending.addPeer(wlan.config("mac"));
    console.log(await sending.asend(wlan.config("mac"), "x"));`;
  expect((await output(undefined, peer + sender)).split("\n").toSorted()).toEqual(["heard 120", "true"]);
});

test("a program whose radio is idle ends; one that waits for a message goes on", async () => {
  expect(await output(undefined, `console.log("idle");`)).toBe("idle");
  const waiting = `setTimeout(() => { console.log("still there"); process.exit(); }, 100).unref(); await e.arecv();`;
  expect(await output(undefined, waiting)).toBe("still there");
});

test("ESPNOW_RADIO names the radio of a program that names none", async () => {
  const keys = `e.setPmk(new Uint8Array(16)); e.addPeer("24:0a:c4:1d:58:68", { lmk: new Uint8Array(16) });`;
  const read = `for await (const [mac, msg] of e) console.log(wlan.config("mac"), mac, msg.length);`;
  expect(await output(`replay:${ENCRYPTED}?mac=30:ae:a4:45:4a:a4`, keys + read)).toBe(
    "30:ae:a4:45:4a:a4 24:0a:c4:1d:58:68 20",
  );
});
