import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openRadio } from "aioespnow";
import { Air } from "aioespnow/sim";
import { type Bench, type Figure, median } from "./report.ts";
import { answer, blockingRoundTrip, FAR, NEAR, roundTrip, series, start } from "./shared-air-station.ts";

const PEER = fileURLToPath(new URL("shared-air-peer.js", import.meta.url));
const PROFILE = "host";

/** What the air itself takes for the same program, in virtual time: milliseconds. */
interface AirTimes {
  readonly roundTrip: number;
  readonly message: number;
}

/** An air that two processes share, against a Unix domain socket between the same two. */
export const sharedAir: Bench = async function* (smoke): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "espnow-bench-"));
  const air = `air:bench-${process.pid}`;
  const path = join(folder, "echo.sock");
  const peer = fork(PEER, [`${air}?mac=${FAR}&profile=${PROFILE}`, path]);
  try {
    await once(peer, "message");
    const itself = await onVirtualAir(smoke ? 100 : 5000);
    const plain = await socketRoundTrip(path, smoke ? 100 : 20_000);
    yield { name: "shared air, peer: Unix socket, round trip, median", value: 1000 * plain, unit: "us" };
    yield* onSharedAir(`${air}?mac=${NEAR}&profile=${PROFILE}`, peer, itself, plain, smoke);
  } finally {
    peer.disconnect();
    await once(peer, "exit");
    rmSync(folder, { recursive: true });
  }
};

async function* onSharedAir(
  url: string,
  peer: ChildProcess,
  itself: AirTimes,
  plain: number,
  smoke: boolean,
): AsyncGenerator<Figure> {
  const radio = await openRadio(url);
  const espnow = start(radio);
  const name = "shared air: round trip between two processes, median";
  const times = smoke ? 100 : 5000;
  const ways = { "": () => roundTrip(espnow), ", blocking": () => blockingRoundTrip(espnow) };
  for (const [way, work] of Object.entries(ways)) {
    const value = await median(times, work);
    const ratio = `${(value / plain).toFixed(1)} times the Unix socket`;
    const own = `the air itself takes ${(1000 * itself.roundTrip).toFixed(0)} us`;
    yield { name: name + way, value: 1000 * value, unit: "us", note: `${ratio}; ${own}` };
  }
  const count = smoke ? 100 : 20_000;
  const heard = once(peer, "message");
  const begin = performance.now();
  const acknowledged = await series(espnow, count);
  await heard;
  const value = (1000 * count) / (performance.now() - begin);
  yield {
    name: "shared air: messages, acknowledged",
    value,
    unit: "messages/s",
    note: `${acknowledged} of ${count}; the air itself allows ${Math.round(1000 / itself.message)}/s`,
  };
  await radio[Symbol.asyncDispose]();
}

/** The same program on an air of its own, whose time is virtual. */
async function onVirtualAir(times: number): Promise<AirTimes> {
  const air = new Air({ seed: 1 });
  const espnow = start(air.radio({ mac: NEAR, profile: PROFILE }));
  let onLast: () => void = () => undefined;
  const answering = answer(start(air.radio({ mac: FAR, profile: PROFILE })), () => onLast());
  const now = (): number => air.clock.now();
  const one = await median(times, () => roundTrip(espnow), now);
  const last = new Promise<void>((resolve) => {
    onLast = resolve;
  });
  const begin = now();
  await series(espnow, times);
  await last;
  const message = (now() - begin) / times;
  await air[Symbol.asyncDispose]();
  await answering;
  return { roundTrip: one, message };
}

async function socketRoundTrip(path: string, times: number): Promise<number> {
  const socket = connect(path);
  const data = new Uint8Array(64);
  const taken = await median(times, async () => {
    socket.write(data);
    await once(socket, "data");
  });
  socket.destroy();
  return taken;
}
