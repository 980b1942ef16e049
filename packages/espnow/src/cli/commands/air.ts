import { type HostedAir, hostAir } from "aioespnow/air";
import type { Command } from "commander";
import { parsePositive, parseShare, wholeNumber } from "../arguments.ts";
import { AirDisplay } from "../output/air-display.ts";
import { count } from "../output/format.ts";
import { withContext, withJson } from "../process/command.ts";
import { asUsage } from "../process/explain.ts";
import { type Context, type Host, stopped } from "../process/host.ts";
import { type Positions, readPositions } from "../radio/positions-file.ts";

const MAX_SEED = 0xffff_ffff;
const DEFAULT_PERIOD = 5;

interface AirOptions {
  /** The chance that a frame is lost, on each link. */
  readonly loss?: number;
  readonly seed?: number;
  readonly positions?: Positions;
  /** Seconds. */
  readonly every?: number;
}

export function airCommand(command: Command, host: Host): void {
  withJson(command)
    .argument("[name]", "the air of air:NAME radios (default: that of air:)")
    .option("--loss <chance>", "chance of losing a frame on each link, 0 to 1 (default: 0)", parseShare)
    .option("--seed <number>", "random seed (default: a random one)", wholeNumber(0, MAX_SEED))
    .option("--positions <file>", "JSON file with the positions of stations (docs/air.md)", readPositions)
    .option("--every <seconds>", `time between two traffic reports (default: ${DEFAULT_PERIOD})`, parsePositive)
    .action((name: string | undefined, options: AirOptions & { readonly json?: boolean }) =>
      withContext(host, options, (context) => air(name, options, context)),
    );
}

/** Hosts it until it is stopped; returns 1 if another program takes it over. */
async function air(name: string | undefined, options: AirOptions, { output, signal }: Context): Promise<number> {
  const { loss = 0, seed, positions, every = DEFAULT_PERIOD } = options;
  const choices = {
    model: { frameLoss: loss },
    ...(seed === undefined ? {} : { seed }),
    ...(positions === undefined ? {} : { positions }),
  };
  await using hosted = await asUsage(() => hostAir(name, choices));
  const { isTakenOver } = hosted;
  const places = positions?.size ?? 0;
  const settings = `seed ${hosted.seed}, loss ${loss}, ${count(places, "position")}`;
  const handover = isTakenOver ? "; another program hosted it until now" : "";
  const record = { event: "hosting", name: hosted.name, seed: hosted.seed, loss, positions: places, isTakenOver };
  output.print(`hosting the air "${hosted.name}": ${settings}${handover}`, record);
  const display = new AirDisplay(hosted, output);
  const stopShowing = periodically(hosted, 1000 * every, () => display.showTraffic());
  const reason = await Promise.race([hosted.ended, stopped(signal)]);
  stopShowing();
  display.showTraffic();
  if (reason instanceof Error) throw reason;
  return 0;
}

/** Calls `work` at each period. Returns how to stop it. */
function periodically({ clock }: HostedAir, periodMs: number, work: () => void): () => void {
  let cancel: () => void;
  const next = (): void => {
    cancel = clock.schedule(clock.now() + periodMs, () => {
      work();
      next();
    });
  };
  next();
  return () => cancel();
}
