/**
 * Runs in the virtual machine, where wlan0 and wlan1 are simulated cards: times round trips from one to the other and back,
 * by a C program and by the library, in turn. Both processes are of one kind. Prints a figure in JSON per line.
 *
 *     hwsim-guest.js PROGRAM ROUNDS COUNT    PROGRAM is round-trip.c; COUNT round trips in each of the rounds
 *     hwsim-guest.js echo | blocking-echo    the other process
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { destinationOf, type MacAddress, Rate, toMac } from "aioespnow/codec";
import { MonitorPhy } from "aioespnow/linux";
import type { Figure } from "./report.ts";
import { blockingRoundTrip, espNowFrame, median, roundTrip } from "./round-trip.ts";

const PINGER = toMac("02:00:00:00:00:00");
/** Each kind of echo has its own address: those that are stopped must not answer later. */
const ECHOES = { echo: toMac("02:00:00:00:01:01"), "blocking-echo": toMac("02:00:00:00:01:02") } as const;
type EchoKind = keyof typeof ECHOES;

/** As long as round-trip.c's: 60 bytes of data. */
const LENGTH = 60;
/** For the compiler, and for what a process that was stopped has to catch up with. */
const WARM_UP = 50;

async function main([first = "", ...rest]: readonly string[]): Promise<void> {
  if (Object.hasOwn(ECHOES, first)) await echo(first as EchoKind);
  else await measure(first, Number(rest[0]), Number(rest[1]));
}

/** Sends every frame that is for this station back to the pinger. */
async function echo(kind: EchoKind): Promise<void> {
  const phy = openPhy("wlan1", ECHOES[kind]);
  const answer = espNowFrame(PINGER, ECHOES[kind], LENGTH);
  phy.onFrame = ({ bytes }) => {
    if (destinationOf(bytes) !== ECHOES[kind]) return;
    phy.transmit(answer, { rate: Rate.RATE_1M, noAck: false }, () => undefined);
  };
  phy.clock.keepAlive();
  console.log("ready");
  while (kind === "blocking-echo") phy.wait(Number.POSITIVE_INFINITY);
}

async function measure(program: string, rounds: number, count: number): Promise<void> {
  const run = (...args: string[]): string => execFileSync(args[0] as string, args.slice(1), { encoding: "utf8" });
  for (const name of ["wlan0", "wlan1"]) {
    run("iw", "dev", name, "set", "monitor", "none");
    run("ip", "link", "set", "dev", name, "mtu", "2304", "up");
    run("iw", "dev", name, "set", "channel", "1");
  }
  const peers = { echo: await startEcho("echo"), "blocking-echo": await startEcho("blocking-echo") };
  const times: Record<EchoKind | "c", number[]> = { c: [], echo: [], "blocking-echo": [] };
  for (let round = 0; round < rounds; round++) {
    const peer = spawn(program, ["echo", "wlan1"]);
    await once(peer.stdout, "data"); // it is ready
    times.c.push(Number(run(program, "ping", "wlan0", String(count))));
    peer.kill();
    await once(peer, "exit");
    for (const kind of ["echo", "blocking-echo"] as const) times[kind].push(await time(kind, peers[kind], count));
  }
  for (const peer of Object.values(peers)) peer.kill("SIGKILL");
  const c = `C: ${Math.round(median(times.c))} us`;
  const name = "hwsim: round trip between two processes";
  for (const [kind, title] of [
    ["echo", name],
    ["blocking-echo", `${name}, blocking`],
  ] as const) {
    const value = median(times[kind].map((us, i) => us / (times.c[i] as number)));
    const note = `${Math.round(median(times[kind]))} us; ${c}; median of ${rounds}`;
    const figure: Figure = { name: title, value, unit: "times C's", note, ...(kind === "echo" && { target: "< 10" }) };
    console.log(JSON.stringify(figure));
  }
}

/** A process that answers, stopped until it is its turn. */
async function startEcho(kind: EchoKind): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), kind], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.kill("SIGSTOP");
  return child;
}

async function time(kind: EchoKind, peer: ChildProcess, count: number): Promise<number> {
  peer.kill("SIGCONT");
  const phy = openPhy("wlan0", PINGER);
  const release = phy.clock.keepAlive();
  const frame = espNowFrame(ECHOES[kind], PINGER, LENGTH);
  let us: number;
  if (kind === "echo") {
    await roundTrip(phy, frame, WARM_UP);
    us = await roundTrip(phy, frame, count);
  } else {
    blockingRoundTrip(phy, frame, WARM_UP);
    us = blockingRoundTrip(phy, frame, count);
  }
  release();
  await phy[Symbol.asyncDispose]();
  peer.kill("SIGSTOP");
  return us;
}

function openPhy(name: string, address: MacAddress): MonitorPhy {
  const phy = new MonitorPhy(name, { setup: false });
  phy.setAckAddresses([address]);
  return phy;
}

await main(process.argv.slice(2));
