import type { Gateway } from "../gateway.ts";
import { isoTime } from "../util/iso-time.ts";

/** How a gateway is. What people are warned of is in `problems`. */
export interface Health {
  readonly status: "ok" | "degraded";
  /** Sentences: what is wrong now. */
  readonly problems: readonly string[];
  readonly time: string;
  readonly uptime_s: number;
  /** `ok`, or what is wrong with it. */
  readonly store: string;
  /** Whether the broker is there; null: there is none. */
  readonly broker: boolean | null;
  readonly nodes: { readonly accepted: number; readonly online: number; readonly unknown: number };
  /** Messages of all nodes since the start, those that no decoder could read, and those that wait for nodes. */
  readonly messages: { readonly received: number; readonly undecoded: number; readonly waiting: number };
  readonly memory_mb: number;
}

/** `isBrokerConnected`: undefined where there is no broker. `startedAt`: in ms since 1970. */
export function healthOf(gateway: Gateway, startedAt: number, isBrokerConnected: boolean | undefined): Health {
  const { all } = gateway.nodes;
  const accepted = all.filter(({ settings }) => settings.isAccepted);
  const { problem } = gateway.storeHealth;
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    ...(isBrokerConnected === false ? ["the broker is not connected"] : []),
  ];
  const sum = (key: "messages" | "undecoded"): number => all.reduce((total, { counters }) => total + counters[key], 0);
  return {
    status: problems.length === 0 ? "ok" : "degraded",
    problems,
    time: isoTime(gateway.now()),
    uptime_s: Math.round((gateway.now() - startedAt) / 1000),
    store: problem ?? "ok",
    broker: isBrokerConnected ?? null,
    nodes: {
      accepted: accepted.length,
      online: accepted.filter(({ isOnline }) => isOnline).length,
      unknown: all.length - accepted.length,
    },
    messages: {
      received: sum("messages"),
      undecoded: sum("undecoded"),
      waiting: all.reduce((total, { mac }) => total + gateway.mailbox.list(mac).length, 0),
    },
    memory_mb: Math.round(process.memoryUsage().rss / 1e6),
  };
}
