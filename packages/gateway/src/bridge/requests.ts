import type { MacAddress } from "aioespnow";
import { z } from "zod";
import { fromHex, toUtf8 } from "../decoders/bytes.ts";
import type { Gateway } from "../gateway.ts";
import type { Node, NodeSettings } from "../nodes/node.ts";
import type { NodeDecoderConfig } from "../nodes/node-decoder.ts";
import { StoreError } from "../store/store.ts";
import { isoTime } from "../util/iso-time.ts";
import { nodeSummary } from "./summary.ts";

/** What a request may do beside what the gateway can. */
export interface RequestPowers {
  /** How the gateway is. */
  readonly health?: () => object;
  /** Starts the gateway again, soon. */
  readonly restart?: (() => void) | undefined;
  /** Keeps what somebody has decided about a node; undefined: it is forgotten. */
  readonly keepNode?: ((mac: MacAddress, settings: NodeSettings | undefined) => void) | undefined;
}

/** A request of MQTT or HTTP: takes data of a shape, and returns data for the answer. */
interface RequestKind<Shape extends z.ZodType> {
  /** What it does, in a phrase. */
  readonly about: string;
  readonly shape: Shape;
  run(gateway: Gateway, data: z.output<Shape>, powers: RequestPowers): object;
}

const nodeName = z.string().min(1).describe("the name or the address of a node");
const MAX_PERMIT_MINUTES = 24 * 60;

function kind<Shape extends z.ZodType>(
  about: string,
  shape: Shape,
  run: RequestKind<Shape>["run"],
): RequestKind<Shape> {
  return { about, shape, run };
}

const decoderShape = z.custom<NodeDecoderConfig>(
  (value) => typeof value === "object" && value !== null && "format" in value,
  'it is an object with the name of a format, such as {"format": "json"}',
);

/** Changes a node, and keeps it so. */
function change(gateway: Gateway, wanted: string, changes: Partial<NodeSettings>, { keepNode }: RequestPowers): Node {
  const node = gateway.nodes.find(wanted);
  gateway.changeNode(node, changes);
  if (node.settings.isAccepted) keepNode?.(node.mac, node.settings);
  return node;
}

const NODE_REQUESTS = {
  rename: kind(
    "gives a node a name",
    z.strictObject({ node: nodeName, name: z.string() }),
    (gateway, { node, name }, powers) => {
      change(gateway, node, { name }, powers);
      return { name };
    },
  ),
  accept: kind(
    "publishes what a node says from now on",
    z.strictObject({ node: nodeName, name: z.string().optional() }),
    (gateway, { node, name }, powers) => {
      const named = name === undefined ? {} : { name };
      return { name: change(gateway, node, { isAccepted: true, ...named }, powers).name };
    },
  ),
  remove: kind("forgets a node", z.strictObject({ node: nodeName }), (gateway, { node: wanted }, { keepNode }) => {
    const node = gateway.nodes.find(wanted);
    gateway.removeNode(node);
    keepNode?.(node.mac, undefined);
    return {};
  }),
  decoder: kind(
    "sets how the messages of a node are read; null: by what they look like",
    z.strictObject({ node: nodeName, decoder: decoderShape.nullable() }),
    (gateway, { node, decoder }, powers) => {
      if (decoder !== null) gateway.decoders.check(decoder);
      change(gateway, node, { decoder: decoder ?? undefined }, powers);
      return {};
    },
  ),
  sleepy: kind(
    "sets whether a node sleeps",
    z.strictObject({ node: nodeName, sleepy: z.boolean() }),
    (gateway, { node, sleepy }, powers) => {
      change(gateway, node, { isSleepy: sleepy }, powers);
      return {};
    },
  ),
  send: kind(
    "sends a message to a node, as text or in hexadecimal",
    z.strictObject({ node: nodeName, text: z.string().optional(), hex: z.string().optional() }),
    (gateway, { node, text, hex }) => {
      if ((text === undefined) === (hex === undefined)) throw new RangeError("give text or hex");
      const data = hex === undefined ? toUtf8(text ?? "") : fromHex(hex, "hex");
      return { id: gateway.send(gateway.nodes.find(node), data).id };
    },
  ),
  "mailbox/list": kind("lists what waits for a node", z.strictObject({ node: nodeName }), (gateway, { node }) => {
    return { items: gateway.mailbox.list(gateway.nodes.find(node).mac) };
  }),
  "mailbox/flush": kind("takes away what waits for a node", z.strictObject({ node: nodeName }), (gateway, { node }) => {
    const items = [...gateway.mailbox.list(gateway.nodes.find(node).mac)];
    for (const item of items) gateway.mailbox.end(item, "failed", "the mailbox was flushed");
    return { flushed: items.length };
  }),
};

const GATEWAY_REQUESTS = {
  permit: kind(
    "accepts new nodes for a number of minutes; 0 ends it",
    z.strictObject({ minutes: z.number().min(0).max(MAX_PERMIT_MINUTES) }),
    (gateway, { minutes }) => {
      gateway.permit(minutes * 60_000);
      return { until: isoTime(gateway.permitUntil) };
    },
  ),
  nodes: kind("lists all nodes", z.strictObject({}), (gateway) => ({
    nodes: gateway.nodes.all.map((node) => nodeSummary(node, gateway)),
  })),
  health_check: kind("tells how the gateway is", z.strictObject({}), (_gateway, _data, { health }) => {
    if (health === undefined) throw new RangeError("this gateway does not tell how it is");
    return health();
  }),
  restart: kind("starts the gateway again", z.strictObject({}), (_gateway, _data, { restart }) => {
    if (restart === undefined) throw new RangeError("this gateway cannot start again by itself");
    restart();
    return {};
  }),
};

const REQUESTS = { ...NODE_REQUESTS, ...GATEWAY_REQUESTS } satisfies Readonly<
  Record<string, { readonly shape: z.ZodType; run(gateway: Gateway, data: never, powers: RequestPowers): object }>
>;

/** All requests by their names: what they do, and the JSON schema of their data. */
export function requestSchemas(): Readonly<Record<string, { readonly about: string; readonly schema: object }>> {
  return Object.fromEntries(
    Object.entries(REQUESTS).map(([name, { about, shape }]) => {
      const { $schema: _, ...schema } = z.toJSONSchema(shape as z.ZodType, { io: "input", unrepresentable: "any" });
      return [name, { about, schema }];
    }),
  );
}

/** How a request was answered, in MQTT and HTTP alike. */
export type RequestAnswer =
  | {
      /** It was carried out. */
      readonly status: "ok";
      /** What it returned; docs/mqtt.md has the shape for each request. */
      readonly data: object;
      /** That of the request; absent where it had none. */
      readonly transaction?: unknown;
    }
  | {
      /** It was refused, and nothing was changed. */
      readonly status: "error";
      /** What is wrong with it, in one sentence. */
      readonly error: string;
      /** That of the request; absent where it had none. */
      readonly transaction?: unknown;
    };

/** Carries a request out. `text` is JSON: the data of the request, and, if wanted, a `transaction` of any kind. */
export function answerRequest(gateway: Gateway, what: string, text: string, powers: RequestPowers = {}): RequestAnswer {
  const parsed = parseObject(text);
  if (parsed === undefined) return { status: "error", error: "a request is a JSON object" };
  const { transaction, ...data } = parsed;
  const echo = transaction === undefined ? {} : { transaction };
  try {
    return { status: "ok", data: runRequest(gateway, what, data, powers), ...echo };
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError || error instanceof StoreError)) throw error;
    return { status: "error", error: error.message, ...echo };
  }
}

/** @throws RangeError for a request that is not there, for data of another shape, and for what cannot be done. */
function runRequest(gateway: Gateway, what: string, data: object, powers: RequestPowers): object {
  if (!Object.hasOwn(REQUESTS, what)) {
    throw new RangeError(`no request is called ${JSON.stringify(what)}; there are ${Object.keys(REQUESTS).join(", ")}`);
  }
  const request = REQUESTS[what as keyof typeof REQUESTS] as RequestKind<z.ZodType>;
  const result = request.shape.safeParse(data);
  if (!result.success) throw new RangeError(result.error.issues.map(describeIssue).join("; "));
  return request.run(gateway, result.data, powers);
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}

/** Nothing at all is an empty object. */
function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = text === "" ? {} : JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
