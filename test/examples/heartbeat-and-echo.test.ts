import { beforeEach, describe, expect, test } from "vitest";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { sleep } from "#lib/espnow/sleep.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { Air, type SimRadio } from "#lib/sim.ts";
import { main } from "../../examples/heartbeat-and-echo.ts";
import { lines } from "./lines.ts";

const ABSENT = "02:bb:bb:bb:bb:bb";

let air: Air;
let radio: SimRadio;

beforeEach(() => {
  air = new Air({ seed: 1 });
  radio = air.radio();
});

/** What the example prints in two minutes with a heartbeat every ten seconds, as the document's program runs. */
function run(peer: string): Promise<string[]> {
  return lines((print) => main({ radio, peer, timeout: 120, period: 10, print }));
}

describe("the heartbeat", () => {
  test("to the document's own peer, a group address, always says ping: nobody has to be there", async () => {
    const peer = "bb:bb:bb:bb:bb:bb";
    expect(await run(peer)).toEqual(Array.from({ length: 12 }, () => `Heartbeat: ping ${peer}`));
  });

  test("to a unicast peer that is not there says that it does not respond", async () => {
    expect(await run(ABSENT)).toEqual(Array.from({ length: 12 }, () => `Heartbeat: peer not responding: ${ABSENT}`));
  });

  test("to a peer that comes and goes says so each time", async () => {
    const peer = air.radio();
    const wlan = new WLAN(WLAN.IF_STA, peer);
    const running = run(peer.address(0));
    await sleep(15_000, { radio });
    wlan.active(true);
    await sleep(20_000, { radio });
    wlan.active(false);
    const answered = (await running).map((line) => line.startsWith("Heartbeat: ping"));
    expect(answered).toEqual([false, false, true, true, ...Array.from({ length: 8 }, () => false)]);
  });
});

describe("the echo server", () => {
  function stranger(): AIOESPNow {
    const other = air.radio();
    new WLAN(WLAN.IF_STA, other).active(true);
    const e = new AIOESPNow(other);
    e.active(true);
    e.addPeer(radio.address(0));
    return e;
  }

  test("adds a sender that it does not know, once, and answers all its messages", async () => {
    const running = run(ABSENT);
    await sleep(1000, { radio });
    const e = stranger();
    const answers: string[] = [];
    for (const word of ["one", "two"]) {
      const answer = e.arecv();
      expect(await e.asend(radio.address(0), word)).toBe(true);
      answers.push(new TextDecoder().decode((await answer)[1]));
    }
    const mac = new WLAN(WLAN.IF_STA, radio).config("mac");
    expect([...e.peersTable.keys()]).toEqual([mac]);
    e.active(false);
    const printed = (await running).filter((line) => line.startsWith("Echo"));
    expect(printed[0]).toBe("Echo: one");
    expect(printed[1]).toMatch(/^Echo: added peer [0-9a-f:]{17}$/);
    expect(printed.slice(2)).toEqual(["Echo: two"]);
    expect(answers).toEqual(["one", "two"]);
  });
});
