// metrics: Counters for Prometheus. Labels are names that people gave: nothing that a stranger sends becomes a label.
// It reads the gateway and the bridge, and changes nothing.

import type { Bridge } from "../bridge/bridge.ts";
import type { Gateway } from "../gateway.ts";
import type { Node } from "../nodes/node.ts";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The embedded broker, as its counters are read. */
export interface CountingBroker {
  /** Messages that were passed on, and not kept as retained ones. */
  readonly notRetained: number;
  /** Clients that were disconnected because they did not read. */
  readonly slowClients: number;
}

/** What Prometheus reads (text format 0.0.4). Names of nodes are labels; what they say is not. */
export function metricsText(gateway: Gateway, bridge: Bridge | undefined, embedded?: CountingBroker): string {
  const accepted = gateway.nodes.all.filter(({ settings }) => settings.isAccepted);
  const families = [...ofGateway(gateway, bridge, accepted.length), ...ofNodes(gateway, accepted)];
  return [...families, ...(embedded === undefined ? [] : ofBroker(embedded))].join("");
}

function ofGateway(gateway: Gateway, bridge: Bridge | undefined, accepted: number): readonly string[] {
  const one = (value: number): Sample[] => [[{}, value]];
  return [
    family("espnow_nodes", "gauge", "Nodes that are accepted.", one(accepted)),
    family(
      "espnow_unknown_nodes",
      "gauge",
      "Nodes that nobody has accepted.",
      one(gateway.nodes.all.length - accepted),
    ),
    family(
      "espnow_duplicates_total",
      "counter",
      "Receptions that another radio had brought already.",
      one(gateway.duplicates),
    ),
    family(
      "espnow_store_failures_total",
      "counter",
      "Changes that could not be kept.",
      one(gateway.storeHealth.failures),
    ),
    family("espnow_spool_messages", "gauge", "Messages that wait for the broker.", one(bridge?.spool.size ?? 0)),
    family(
      "espnow_spool_dropped_total",
      "counter",
      "Messages that the spool gave up.",
      one(bridge?.spool.dropped ?? 0),
    ),
    family(
      "espnow_outbox_messages",
      "gauge",
      "Messages promised to nodes that the broker has not confirmed.",
      one(bridge?.outbox.size ?? 0),
    ),
    family(
      "espnow_transfers_total",
      "counter",
      "Long messages that came in pieces, by what became of them.",
      (["completed", "failed", "refused"] as const).map((outcome) => [{ outcome }, gateway.transfers[outcome]]),
    ),
    family(
      "espnow_command_outcomes_dropped_total",
      "counter",
      "Ends of commands that were never reported.",
      one(gateway.mailbox.outcomes.dropped),
    ),
  ];
}

function ofBroker({ notRetained, slowClients }: CountingBroker): readonly string[] {
  return [
    family(
      "espnow_broker_not_retained_total",
      "counter",
      "Messages that the embedded broker did not keep as retained ones, because there were too many.",
      [[{}, notRetained]],
    ),
    family(
      "espnow_broker_slow_clients_total",
      "counter",
      "Clients that the embedded broker has disconnected because they did not read.",
      [[{}, slowClients]],
    ),
  ];
}

function ofNodes(gateway: Gateway, accepted: readonly Node[]): readonly string[] {
  const each = (value: (node: Node) => number | undefined): Sample[] => {
    return accepted.flatMap((node) => {
      const number = value(node);
      return number === undefined ? [] : [[{ node: node.name }, number] as const];
    });
  };
  const counted = (key: keyof Node["counters"]): Sample[] => each(({ counters }) => counters[key]);
  return [
    family(
      "espnow_node_online",
      "gauge",
      "Whether a node is there.",
      each(({ isOnline }) => Number(isOnline)),
    ),
    family(
      "espnow_node_rssi_dbm",
      "gauge",
      "How well a node was heard last.",
      each((node) => node.rssi.get(node.bestRadio)),
    ),
    family("espnow_node_messages_total", "counter", "Messages of a node.", counted("messages")),
    family("espnow_node_undecoded_total", "counter", "Messages that could not be read.", counted("undecoded")),
    family("espnow_node_numbered_total", "counter", "Messages that the node has numbered.", counted("numbered")),
    family("espnow_node_lost_total", "counter", "Messages that were not heard, by their numbers.", counted("lost")),
    family(
      "espnow_node_waiting",
      "gauge",
      "Messages that wait for a node.",
      each(({ mac }) => gateway.mailbox.list(mac).length),
    ),
  ];
}

function family(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
