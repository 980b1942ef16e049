import { type Command, InvalidArgumentError } from "commander";
import { type AccessPoint, type BoardOptions, ComputerNetwork, type PortForward } from "espnow-micropython";
import type { Output } from "../output/output.ts";
import { UsageError } from "../process/explain.ts";

/** What of the command line says how boards get into an IP network. */
export interface NetworkOptions {
  readonly network?: boolean;
  readonly forward?: readonly PortForward[];
}

const HIGHEST_PORT = 0xffff;
/** Ports below are for root alone. */
const PRIVILEGED = 1024;

export function withNetwork(command: Command): Command {
  return command
    .option(
      "--network",
      "let programs use this computer's network, by an access point of any name (default: no network)",
    )
    .option(
      "--forward <ports>",
      "with --network, a port of this computer that leads to a board's: 8080:80, 5005:5005/udp, 0.0.0.0:8080:80; repeatable",
      collectForwards,
    );
}

/** `8080:80`: this computer's port and the board's; before them an address of the computer, behind them /tcp or /udp. */
export function collectForwards(word: string, before: readonly PortForward[] = []): readonly PortForward[] {
  const [, host, from, to, protocol = "tcp"] =
    /^(?:([\w.-]+|\[[\da-f:]+\]):)?(\d+):(\d+)(?:\/(tcp|udp))?$/i.exec(word) ?? [];
  const [near, far] = [Number(from), Number(to)];
  if (near > HIGHEST_PORT || far > HIGHEST_PORT || far === 0) {
    throw new InvalidArgumentError(`A port is a number from 0 to ${HIGHEST_PORT}, and a board's from 1.`);
  }
  if (from === undefined) {
    throw new InvalidArgumentError("It must look like 8080:80, 5005:5005/udp or 0.0.0.0:8080:80.");
  }
  const forward: PortForward = {
    from: near,
    to: far,
    protocol: protocol.toLowerCase() === "udp" ? "udp" : "tcp",
    ...(host === undefined ? {} : { host: host.replace(/^\[|\]$/g, "") }),
  };
  return [...before, forward];
}

/** @throws by rejection: UsageError for options that do not go together; Error where a port is in use. */
export async function openNetwork(
  { network, forward = [], virtual }: NetworkOptions & { readonly virtual?: boolean },
  output: Output,
): Promise<ComputerNetwork | undefined> {
  if (!network) {
    if (forward.length > 0) throw new UsageError("--forward needs --network");
    return undefined;
  }
  if (virtual) throw new UsageError("--network is for real time: leave --virtual out");
  const told = new Set<number>();
  const onUnreachable = (port: number): void => {
    if (told.has(port)) return;
    told.add(port);
    const from = port < PRIVILEGED ? 8000 + port : port;
    output.remark(`a program listens on port ${port}: --forward ${from}:${port} makes it reachable`);
  };
  return ComputerNetwork.open({ forward, onUnreachable });
}

/** What a board's program is given of it. */
export function ofNetwork(
  network: ComputerNetwork | undefined,
  { accessPoint = {} }: { readonly accessPoint?: AccessPoint },
): Pick<BoardOptions, "network" | "accessPoint"> {
  return network === undefined ? {} : { network, accessPoint };
}
