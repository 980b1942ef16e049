import type { Entity, EventEntity, LightEntity } from "../decoders/entity.ts";
import { safeKey } from "../nodes/names.ts";
import type { Topics } from "./topics.ts";

/** A component of a discovery message, as JSON. */
export type Component = Readonly<Record<string, unknown>>;

/** One entity of a node as Home Assistant wants it. `key` is the entity's, made safe. */
export function entityComponent(entity: Entity, key: string, nodeName: string, topics: Topics): Component {
  const { name, deviceClass, category, platform } = entity;
  const isConfig = category === "config" && (platform === "sensor" || platform === "binary_sensor");
  return {
    p: platform,
    name: name ?? titleOf(key),
    ...(deviceClass === undefined ? {} : { device_class: deviceClass }),
    ...(category === undefined || isConfig ? {} : { entity_category: category }),
    ...platformOptions(entity, key, nodeName, topics),
  };
}

function platformOptions(entity: Entity, key: string, nodeName: string, topics: Topics): Component {
  const command = { command_topic: `${topics.set(nodeName)}/${key}` };
  switch (entity.platform) {
    case "sensor":
      return {
        value_template: `{{ value_json.${key} }}`,
        ...(entity.unit === undefined ? {} : { unit_of_measurement: entity.unit }),
        ...(entity.stateClass === undefined ? {} : { state_class: entity.stateClass }),
      };
    case "binary_sensor":
      return { value_template: onOff(key), payload_on: "ON", payload_off: "OFF" };
    case "switch":
      return { value_template: onOff(key), payload_on: "ON", payload_off: "OFF", ...command };
    case "light":
      return { ...lightOptions(entity, key, topics.set(nodeName), topics.state(nodeName)), ...command };
    case "number": {
      const { min, max, step, unit } = entity;
      const range = { min, max, step, ...(unit === undefined ? {} : { unit_of_measurement: unit }) };
      return { value_template: `{{ value_json.${key} }}`, ...range, ...command };
    }
    case "select":
      return { value_template: `{{ value_json.${key} }}`, options: entity.options, ...command };
    case "text":
      return { value_template: `{{ value_json.${key} }}`, ...command };
    case "button":
      return { payload_press: entity.payload, ...command };
    case "event":
      return { event_types: entity.eventTypes, state_topic: topics.action(nodeName, key) };
  }
}

function lightOptions({ brightness }: LightEntity, key: string, set: string, state: string): Component {
  const onAndOff = { state_value_template: onOff(key), payload_on: "ON", payload_off: "OFF" };
  if (brightness === undefined) return onAndOff;
  const name = safeKey(brightness.key);
  return {
    ...onAndOff,
    brightness_state_topic: state,
    brightness_value_template: `{{ value_json.${name} }}`,
    brightness_command_topic: `${set}/${name}`,
    brightness_scale: brightness.scale,
  };
}

/** What Home Assistant calls the presses of a button; other types have their own names. */
const TRIGGERS: Readonly<Record<string, string>> = {
  press: "button_short_press",
  double: "button_double_press",
  triple: "button_triple_press",
  long: "button_long_press",
};

/** The device triggers of an event entity, by their keys: automations can begin with them. */
export function triggers({ key, eventTypes }: EventEntity, nodeName: string, topics: Topics): [string, Component][] {
  return eventTypes.map((type) => [
    `${safeKey(key)}_${safeKey(type)}_trigger`,
    {
      p: "device_automation",
      automation_type: "trigger",
      topic: topics.action(nodeName, safeKey(key)),
      value_template: "{{ value_json.event_type }}",
      payload: type,
      type: TRIGGERS[type] ?? type,
      subtype: key,
    },
  ]);
}

/** `None` is Home Assistant's word for unknown. */
function onOff(key: string): string {
  return `{{ 'None' if value_json.${key} is none else 'ON' if value_json.${key} else 'OFF' }}`;
}

/** `Soil moisture 2` of `soil_moisture_2`. */
function titleOf(key: string): string {
  const words = safeKey(key).replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
