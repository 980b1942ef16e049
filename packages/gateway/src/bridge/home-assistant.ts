import { safeKey, slug } from "../nodes/names.ts";
import type { Node } from "../nodes/node.ts";
import { type Component, entityComponent, triggers } from "./entity-config.ts";
import type { Topics } from "./topics.ts";

/** A discovery message: retained, at QoS 1. */
export interface Discovery {
  readonly topic: string;
  /** Empty: the device is gone. */
  readonly payload: string;
}

export interface DiscoveryContext {
  readonly topics: Topics;
  /** Home Assistant's prefix: `homeassistant`. */
  readonly prefix: string;
  readonly version: string;
  /** Whether the gateway can start again when it is asked to. */
  readonly canRestart: boolean;
}

const ORIGIN = "espnow-gateway";
const URL = "https://www.npmjs.com/package/espnow-gateway";

/** Where a node's discovery message is: the address, not the name, is what it is known by. */
export function discoveryTopic(node: Node, { prefix }: DiscoveryContext): string {
  return `${prefix}/device/espnow_${idOf(node)}/config`;
}

/** The device message of a node, with all of its entities (Home Assistant 2024.11 and later). */
export function nodeDiscovery(node: Node, context: DiscoveryContext): Discovery {
  const { topics } = context;
  const id = idOf(node);
  const components = Object.fromEntries(
    componentsOf(node, topics).map(([key, one]) => [key, identified(one, key, node)]),
  );
  const message = {
    dev: {
      ids: [`espnow_${id}`],
      name: node.name,
      mf: "ESP-NOW",
      mdl: node.decoder?.format ?? "unknown format",
      sn: node.mac,
      via_device: bridgeId(topics),
    },
    o: originOf(context),
    cmps: components,
    state_topic: topics.state(node.name),
    qos: 1,
    availability: [
      { topic: topics.bridge("state"), value_template: "{{ value_json.state }}" },
      { topic: topics.availability(node.name), value_template: "{{ value_json.state }}" },
    ],
    availability_mode: "all",
  };
  return { topic: discoveryTopic(node, context), payload: JSON.stringify(message) };
}

/** The gateway itself as a device. */
export function bridgeDiscovery(context: DiscoveryContext): Discovery {
  const { topics, prefix, version, canRestart } = context;
  const id = bridgeId(topics);
  const component = (p: string, key: string, options: Component): Component => ({
    p,
    unique_id: `${id}_${key}`,
    default_entity_id: `${p}.${id}_${key}`,
    ...options,
  });
  const message = {
    dev: { ids: [id], name: "ESP-NOW gateway", mf: "aioespnow", mdl: "espnow-gateway", sw: version },
    o: originOf(context),
    cmps: {
      connection: component("binary_sensor", "connection", {
        name: "Connection",
        device_class: "connectivity",
        entity_category: "diagnostic",
        state_topic: topics.bridge("state"),
        value_template: "{{ value_json.state }}",
        payload_on: "online",
        payload_off: "offline",
      }),
      nodes: component("sensor", "nodes", {
        name: "Nodes",
        entity_category: "diagnostic",
        state_class: "measurement",
        state_topic: topics.bridge("info"),
        value_template: "{{ value_json.nodes }}",
      }),
      version: component("sensor", "version", {
        name: "Version",
        entity_category: "diagnostic",
        state_topic: topics.bridge("info"),
        value_template: "{{ value_json.version }}",
      }),
      channel: component("sensor", "channel", {
        name: "Channel",
        entity_category: "diagnostic",
        state_topic: topics.bridge("info"),
        value_template: "{{ value_json.radios[0].channel }}",
      }),
      ...(canRestart ? { restart: component("button", "restart", restartButton(topics)) } : {}),
      permit: component("switch", "permit", {
        name: "Accept new nodes",
        state_topic: topics.bridge("info"),
        value_template: "{{ 'ON' if value_json.permit else 'OFF' }}",
        state_on: "ON",
        state_off: "OFF",
        command_topic: topics.request("permit"),
        payload_on: '{"minutes":10}',
        payload_off: '{"minutes":0}',
      }),
    },
    qos: 1,
  };
  return { topic: `${prefix}/device/${id}/config`, payload: JSON.stringify(message) };
}

function restartButton(topics: Topics): Component {
  const command = { command_topic: topics.request("restart"), payload_press: "{}" };
  return { name: "Restart", device_class: "restart", entity_category: "config", ...command };
}

/** What a node has said about itself is shown beside what the gateway knows of it. */
function componentsOf(node: Node, topics: Topics): [string, Component][] {
  const entities = node.entities.map((entity): [string, Component] => {
    const key = safeKey(entity.key);
    return [key, entityComponent(entity, key, node.name, topics)];
  });
  const automations = node.entities.flatMap((entity) =>
    entity.platform === "event" ? triggers(entity, node.name, topics) : [],
  );
  return [
    ...entities,
    ...automations,
    [
      "gateway_rssi",
      {
        p: "sensor",
        name: "Signal",
        device_class: "signal_strength",
        unit_of_measurement: "dBm",
        state_class: "measurement",
        entity_category: "diagnostic",
        value_template: "{{ value_json.gateway_rssi }}",
      },
    ],
    [
      "last_seen",
      {
        p: "sensor",
        name: "Last seen",
        device_class: "timestamp",
        entity_category: "diagnostic",
        value_template: "{{ value_json.last_seen }}",
      },
    ],
  ];
}

/** A trigger is no entity, and has no identity of its own. */
function identified(component: Component, key: string, node: Node): Component {
  if (component["p"] === "device_automation") return component;
  const entityId = `${String(component["p"])}.${slug(node.name)}_${key.toLowerCase()}`;
  return { ...component, unique_id: `${idOf(node)}_${key}_espnow`, default_entity_id: entityId };
}

function originOf({ version }: DiscoveryContext): Component {
  return { name: ORIGIN, sw: version, url: URL };
}

function bridgeId(topics: Topics): string {
  return `espnow_bridge_${slug(topics.base)}`;
}

function idOf({ mac }: Node): string {
  return mac.replaceAll(":", "");
}
