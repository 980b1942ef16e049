import { afterAll, beforeAll, expect, test } from "vitest";
import { listening, type Status, type Style, Talker } from "./air-processes.ts";
import { ownAirs } from "./shared-air.ts";

const KILLS = Number(process.env["AIR_KILLS"] ?? 10);
const STYLES: readonly Style[] = ["async", "blocking", "async", "blocking"];

ownAirs();

const talkers = new Set<Talker>();
beforeAll(() => {
  for (const style of STYLES) talkers.add(new Talker(style));
});
afterAll(async () => {
  for (const talker of talkers) await talker.kill();
});

/** Waits until each of them has heard each other one's message that it sent after `statuses` (which may be two behind). */
async function allHear(statuses: readonly Status[]): Promise<void> {
  for (const talker of talkers) {
    const { mac } = await talker.known();
    await talker.until((now) =>
      statuses.every((other) => other.mac === mac || (now?.heard[other.mac] ?? 0) > other.sent + 2),
    );
  }
}

const known = (): Promise<Status[]> => Promise.all([...talkers].map((talker) => talker.known()));

test.skipIf(process.platform !== "linux")(
  `the host is killed under traffic, ${KILLS} times: the others go on with one new host, and hear nothing twice (Linux: /proc)`,
  async () => {
    const directory = process.env["XDG_RUNTIME_DIR"] as string;
    let longest = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      await allHear(await known());
      const [inode, ...more] = listening(directory);
      expect({ inode, more }).toEqual({ inode: expect.any(String), more: [] });
      const host = [...talkers].find((talker) => talker.owns(inode as string)) as Talker;
      talkers.delete(host);
      const killed = performance.now();
      await host.kill();
      await allHear(await known());
      longest = Math.max(longest, performance.now() - killed);
      talkers.add(new Talker(STYLES[kill % STYLES.length] as Style));
    }
    const twice = (await known()).map((status) => status.twice);
    expect(twice).toEqual(twice.map(() => 0));
    console.log(`${KILLS} hosts killed; everybody heard everybody again within ${Math.round(longest)} ms`);
  },
  60_000 + KILLS * 5000,
);
