/**
 * A strict validator of Home Assistant's device discovery messages, from what its documents and schemas say (2026): what is
 * wrong with a message, as sentences; none for a message that is right.
 */
const TOPIC = /^[^/#+]+\/device\/([A-Za-z0-9_-]+\/)?[A-Za-z0-9_-]+\/config$/;
const ENTITY_ID = /^[a-z_]+\.[a-z0-9_]+$/;
const ROOT = [
  "dev o cmps state_topic command_topic qos encoding",
  "availability availability_mode availability_topic availability_template payload_available payload_not_available",
];
const DEVICE = "ids cns name mf mdl mdl_id sw hw sn sa cu via_device";
const COMMON =
  "p name unique_id default_entity_id device_class entity_category icon state_topic command_topic value_template qos";

/** What each platform knows beside what all know, and what it cannot do without. */
const PLATFORMS: Readonly<Record<string, { readonly options: string; readonly required: string }>> = {
  sensor: { options: "unit_of_measurement state_class expire_after force_update options", required: "state_topic" },
  binary_sensor: { options: "payload_on payload_off expire_after off_delay", required: "state_topic" },
  switch: { options: "payload_on payload_off state_on state_off optimistic retain", required: "command_topic" },
  number: { options: "min max step unit_of_measurement mode retain", required: "command_topic" },
  select: { options: "options retain", required: "command_topic options" },
  text: { options: "min max pattern mode retain", required: "command_topic" },
  light: {
    options:
      "payload_on payload_off state_value_template optimistic retain brightness_state_topic brightness_value_template brightness_command_topic brightness_scale",
    required: "command_topic",
  },
  button: { options: "payload_press retain", required: "command_topic" },
  event: { options: "event_types", required: "state_topic event_types" },
  device_automation: { options: "", required: "" },
};

/** Units that a device class of a sensor accepts; an empty list: none. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  atmospheric_pressure: ["hPa", "mbar", "Pa"],
  battery: ["%"],
  carbon_dioxide: ["ppm"],
  conductivity: ["µS/cm", "mS/cm"],
  current: ["A", "mA"],
  distance: ["mm", "cm", "m", "km"],
  duration: ["ms", "s", "min", "h", "d"],
  energy: ["Wh", "kWh", "MWh"],
  frequency: ["Hz", "kHz", "MHz"],
  gas: ["m³", "ft³", "L"],
  humidity: ["%"],
  illuminance: ["lx"],
  moisture: ["%"],
  pm10: ["µg/m³"],
  pm25: ["µg/m³"],
  power: ["W", "kW"],
  precipitation: ["mm", "cm"],
  signal_strength: ["dBm", "dB"],
  speed: ["m/s", "km/h"],
  temperature: ["°C", "°F", "K"],
  timestamp: [],
  volatile_organic_compounds: ["µg/m³"],
  voltage: ["V", "mV"],
  volume: ["L", "mL", "m³"],
  volume_flow_rate: ["m³/h", "L/min"],
  volume_storage: ["L", "mL", "m³"],
  water: ["L", "m³"],
  weight: ["g", "kg", "lb"],
};
const BINARY_CLASSES =
  "battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light lock moisture motion moving occupancy opening plug power presence problem running safety smoke sound tamper vibration window";
/** Sums: `measurement` is not for them. */
const SUMS = new Set(["energy", "gas", "volume", "water"]);

type Json = Readonly<Record<string, unknown>>;

export function faultsOfDiscovery(topic: string, payload: string): string[] {
  const faults: string[] = [];
  if (!TOPIC.test(topic)) faults.push(`the topic ${topic} is not PREFIX/device/ID/config`);
  if (payload === "") return faults;
  const message = JSON.parse(payload) as Json;
  faults.push(...unknownKeys(message, ROOT.join(" "), "the message"));
  const device = (message["dev"] ?? {}) as Json;
  faults.push(...unknownKeys(device, DEVICE, "dev"));
  if (device["ids"] === undefined && device["cns"] === undefined) faults.push("dev has neither ids nor cns");
  const origin = (message["o"] ?? {}) as Json;
  faults.push(...unknownKeys(origin, "name sw url", "o"));
  if (typeof origin["name"] !== "string") faults.push("o has no name");
  const components = Object.entries((message["cmps"] ?? {}) as Readonly<Record<string, Json>>);
  if (components.length === 0) faults.push("there are no components");
  for (const [key, component] of components) {
    for (const fault of faultsOfComponent(component, message)) faults.push(`${key}: ${fault}`);
  }
  const ids = components.flatMap(([, { unique_id: id }]) => id ?? []);
  if (new Set(ids).size < ids.length) faults.push("two components have one unique_id");
  return [...faults, ...faultsOfAvailability(message)];
}

function faultsOfComponent(component: Json, root: Json): string[] {
  const { p, name, unique_id: id, default_entity_id: entityId, entity_category: category } = component;
  if (Object.keys(component).join() === "p") return PLATFORMS[String(p)] === undefined ? ["no platform"] : []; // it goes
  const platform = PLATFORMS[String(p)];
  if (platform === undefined) return [`the platform ${String(p)} is unknown`];
  if (p === "device_automation") return faultsOfTrigger(component);
  const faults = unknownKeys(component, `${COMMON} ${platform.options}`, "it");
  for (const option of platform.required.split(" ")) {
    if (component[option] === undefined && root[option] === undefined) faults.push(`${option} is missing`);
  }
  if (typeof id !== "string" || id === "") faults.push("it has no unique_id");
  if (typeof entityId !== "string" || !ENTITY_ID.test(entityId) || !entityId.startsWith(`${String(p)}.`)) {
    faults.push(`the default_entity_id ${String(entityId)} is not ${String(p)}.SOMETHING`);
  }
  const deviceName = ((root["dev"] ?? {}) as Json)["name"];
  if (typeof name === "string" && typeof deviceName === "string" && name.startsWith(deviceName)) {
    faults.push("its name begins with the device's");
  }
  const isReading = p === "sensor" || p === "binary_sensor" || p === "event";
  if (category === "config" && isReading) faults.push("entity_category config is not for what is only read");
  return [...faults, ...faultsOfTopics(component), ...faultsOfClass(component)];
}

/** A device trigger: no entity, and so without an identity. */
function faultsOfTrigger(component: Json): string[] {
  const known = "p automation_type topic payload type subtype value_template qos";
  const faults = unknownKeys(component, known, "it");
  if (component["automation_type"] !== "trigger") faults.push("the automation_type is not trigger");
  for (const option of ["topic", "type", "subtype"]) {
    if (typeof component[option] !== "string" || component[option] === "") faults.push(`${option} is missing`);
  }
  return [...faults, ...faultsOfTopics(component)];
}

function faultsOfClass({ p, device_class: name, unit_of_measurement: unit, state_class: state }: Json): string[] {
  if (name === undefined) return [];
  if (p === "binary_sensor")
    return BINARY_CLASSES.split(" ").includes(String(name)) ? [] : [`no class ${String(name)}`];
  if (p !== "sensor" && p !== "number") return [];
  const units = UNITS[String(name)];
  if (units === undefined) return [`the device_class ${String(name)} is unknown`];
  const faults: string[] = [];
  const isAccepted = units.length === 0 ? unit === undefined : units.includes(String(unit));
  if (!isAccepted) faults.push(`the unit ${String(unit)} is not one of ${String(name)}`);
  if (SUMS.has(String(name)) && state === "measurement") faults.push(`${String(name)} is a sum, no measurement`);
  if (name === "timestamp" && state !== undefined) faults.push("a time has no state_class");
  return faults;
}

function faultsOfTopics(component: Json): string[] {
  return Object.entries(component).flatMap(([key, value]) => {
    if (key.endsWith("_topic") && (typeof value !== "string" || /[#+\0]|^$|\/\/|\/$/.test(value))) {
      return [`${key} ${String(value)} is no topic`];
    }
    const isTemplate = key.endsWith("_template");
    return isTemplate && !/^\{\{ [^{}%]+ \}\}$/.test(String(value)) ? [`${key} ${String(value)} is no expression`] : [];
  });
}

function faultsOfAvailability({ availability, availability_mode: mode }: Json): string[] {
  const faults =
    mode === undefined || ["all", "any", "latest"].includes(String(mode)) ? [] : [`no mode ${String(mode)}`];
  for (const one of (availability ?? []) as readonly Json[]) {
    faults.push(...unknownKeys(one, "topic value_template payload_available payload_not_available", "availability"));
    if (typeof one["topic"] !== "string") faults.push("availability has no topic");
  }
  return faults;
}

function unknownKeys(object: Json, known: string, what: string): string[] {
  const names = known.split(" ");
  return Object.keys(object)
    .filter((key) => !names.includes(key))
    .map((key) => `${what} has the unknown key ${key}`);
}
