// Starts the gateway of the Home Assistant app: makes its configuration from the options, and from the broker that the
// Supervisor knows. JSON is YAML. Secrets go by the environment.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const OPTIONS = "/data/options.json";
const OWN_CONFIG = "/config/gateway.yaml";
const CONFIG = "/data/gateway.yaml";

/** The broker of Home Assistant; undefined where there is none. */
async function findBroker() {
  const headers = { authorization: `Bearer ${process.env.SUPERVISOR_TOKEN}` };
  const response = await fetch("http://supervisor/services/mqtt", { headers });
  return response.ok ? (await response.json()).data : undefined;
}

const { radio, auto_accept, token } = JSON.parse(readFileSync(OPTIONS, "utf8"));
const broker = await findBroker();
if (broker === undefined)
  console.error("Home Assistant knows no broker: install the app Mosquitto, and start this one again");
const scheme = broker?.ssl ? "mqtts" : "mqtt";
const config = {
  radios: [radio],
  store: "/data/gateway.db",
  auto_accept,
  mqtt: broker && { url: `${scheme}://${broker.host}:${broker.port}`, username: broker.username || undefined },
  http: { listen: token ? "0.0.0.0:8266" : "127.0.0.1:8266" },
};
writeFileSync(CONFIG, JSON.stringify(config), { mode: 0o600 });

const { SUPERVISOR_TOKEN: _, ...env } = process.env;
if (broker?.password) env.ESPNOW_MQTT_PASSWORD = broker.password;
if (token) env.ESPNOW_GATEWAY_TOKEN = token;
// A configuration of one's own takes the place of the options.
const file = existsSync(OWN_CONFIG) ? OWN_CONFIG : CONFIG;
const gateway = spawn("espnow", ["gateway", "--config", file], { stdio: "inherit", env });
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => gateway.kill(signal));
gateway.on("exit", (code) => process.exit(code ?? 0));
