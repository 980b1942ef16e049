import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const LIBRARY = new URL("../../packages/aioespnow/dist/", import.meta.url);

/** By how many MB the memory of a process grows while it does `work` ten times as often as before. */
function growth(setUp: string, work: string): number {
  const program = `
    const { AIOESPNow, SoftMacRadio, sleep, WLAN } = await import(${JSON.stringify(new URL("index.js", LIBRARY).href)});
    const { Air, VirtualClock } = await import(${JSON.stringify(new URL("sim.js", LIBRARY).href)});
    const codec = await import(${JSON.stringify(new URL("codec/index.js", LIBRARY).href)});
    ${setUp}
    const used = () => {
      for (let i = 0; i < 5; i++) globalThis.gc();
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 1e6;
    };
    const work = async (count) => { ${work} };
    await work(2000);
    const before = used();
    await work(20000);
    console.log(used() - before);`;
  const args = ["--expose-gc", "--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 50_000 });
  expect(stderr).toBe("");
  return Number.parseFloat(stdout);
}

test("20,000 strangers leave nothing behind", () => {
  const setUp = `
    const capabilities = { maxAckAddresses: 1, channels: [1] };
    const phy = { clock: new VirtualClock(), capabilities, setChannel() {}, setAckAddresses() {} };
    const radio = new SoftMacRadio(phy);
    radio.setInterfaceActive(0, true);
    const e = new AIOESPNow(radio);
    e.active(true);
    const [frame, source] = [new Uint8Array(60), Uint8Array.of(2, 0, 0, 0, 0, 0)];
    let stranger = 0;`;
  const work = `
    for (let i = 0; i < count; i++) {
      new DataView(source.buffer).setUint32(2, stranger++);
      const mac = codec.macAt(source, 0);
      const header = { destination: codec.BROADCAST, source: mac, bssid: mac, sequenceNumber: 0, protected: false };
      const start = codec.encodeActionHeader(frame, 0, header);
      const end = codec.encodeActionBody(frame, start, Uint8Array.of(1), 2, i);
      phy.onFrame({ bytes: frame.subarray(0, end), rssi: -40, rate: 0, channel: 1, timeMs: i });
      e.recv(0);
    }`;
  expect(growth(setUp, work)).toBeLessThan(1);
});

test("2,000 radios that were opened and closed on one air leave nothing behind", () => {
  const setUp = "const air = new Air(); const stays = air.radio();";
  const work = `
    for (let i = 0; i < count / 10; i++) {
      const radio = air.radio();
      new WLAN(WLAN.IF_STA, radio).active(true);
      new AIOESPNow(radio).active(true);
      await radio[Symbol.asyncDispose]();
      if (i % 50 === 49) await sleep(1, { radio: stays });
    }`;
  expect(growth(setUp, work)).toBeLessThan(1);
});
