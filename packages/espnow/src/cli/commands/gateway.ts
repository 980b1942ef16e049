import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { systemClock } from "aioespnow/sim";
import type { Command } from "commander";
import type { GatewayConfig, Service } from "espnow-gateway/service";
import { addInitCommand } from "../gateway/init-command.ts";
import { addServiceCommand } from "../gateway/service-command.ts";
import { ServiceManager } from "../gateway/service-manager.ts";
import { type CommandOptions, withContext, withJson } from "../process/command.ts";
import { asUsage, LastingError, messageOf, UsageError } from "../process/explain.ts";
import { type Context, type Host, stopped } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";
import { userPacketNumbers } from "../radio/packet-numbers.ts";

export interface GatewayOptions {
  readonly config?: string;
  readonly radio?: readonly string[];
  readonly mqtt?: string;
  readonly broker?: string | true;
  readonly http?: string | false;
  readonly store?: string;
  readonly demo?: boolean;
}

/** What the process gives beside the options. */
type Env = Host["env"];

export function gatewayCommand(command: Command, host: Host): void {
  withJson(command)
    .option("-c, --config <file>", "a configuration in YAML")
    .option("--radio <url>", "a radio (may be repeated): air:, linux:wlan1?channel=6, board:PORT", collect)
    .option("--mqtt <url>", "a broker, such as mqtt://localhost")
    .option("--broker [address]", "be a broker too (default: 127.0.0.1:1883)")
    .option("--http <address>", "where the status page is (default: 127.0.0.1:8266)")
    .option("--no-http", "without a status page")
    .option("--store <file>", "keep what the gateway knows in this file (default: in memory)")
    .option("--demo", "add simulated nodes, so that there is something to see")
    .action((options: CommandOptions & GatewayOptions) =>
      withContext(host, options, (context) => gateway(options, context, host)),
    );
  command
    .command("schema")
    .description("print the JSON schema of the configuration")
    .action(async () => {
      const { configSchema } = await import("espnow-gateway/service");
      host.stdout.write(`${JSON.stringify(configSchema(), undefined, 2)}\n`);
    });
  addInitCommand(command, host);
  addServiceCommand(command, host);
}

const EXPOSED =
  "note: other users of this computer can see the broker's password in the list of processes; ESPNOW_MQTT_PASSWORD hides it";

/** Runs until the signal is aborted. */
export async function gateway(options: GatewayOptions, context: Context, host: Host): Promise<number> {
  const { output, signal } = context;
  const { stderr } = host;
  if (options.mqtt !== undefined && options.broker !== undefined)
    throw new UsageError("--mqtt joins a broker, and --broker is one: choose");
  if (stderr.isTTY === true && hasPassword(options.mqtt)) stderr.write(`${EXPOSED}\n`);
  for (;;) {
    const restart = new AbortController();
    await runGateway(options, context, host, restart);
    if (signal.aborted) return 0;
    output.print("starts again", { event: "restart" });
  }
}

/** Runs until the signal is aborted, or somebody asks it to start again. */
async function runGateway(
  options: GatewayOptions,
  context: Context,
  { env, onHangUp }: Host,
  restart: AbortController,
): Promise<void> {
  const { output, signal } = context;
  const module = await import("espnow-gateway/service");
  const readConfig = (): GatewayConfig => configOf(options, env, module);
  const config = readConfig();
  const service = await asUsage(() =>
    module.startService({
      config,
      readConfig,
      configFile: options.config,
      version: version(),
      env,
      packetNumbers: userPacketNumbers(env),
      random: { uint32: () => randomBytes(4).readUInt32LE() },
      restart: () => restart.abort(),
      onRemark: (text) => output.remark(text),
      demo: options.demo === true,
    }),
  ).catch((error: unknown) => {
    throw error instanceof module.StoreError && error.isLasting ? new LastingError(error.message) : error;
  });
  const manager = new ServiceManager(env, systemClock);
  // Without a file there is nothing to read again: SIGHUP is the end of the terminal.
  const endHangUp = options.config === undefined ? undefined : onHangUp?.(() => tellReload(service, context));
  try {
    tellStart(service, config, options, context);
    manager.ready();
    await stopped(AbortSignal.any([signal, restart.signal]));
  } finally {
    manager[Symbol.dispose]();
    endHangUp?.();
    await service[Symbol.asyncDispose]();
  }
}

function hasPassword(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) && new URL(url).password !== "";
}

/** The file's settings, and over them those of the command line. @throws UsageError with file, line and setting. */
function configOf(
  { config: file, radio, mqtt, broker, http, store }: GatewayOptions,
  env: Env,
  { ConfigError, parseConfig }: typeof import("espnow-gateway/service"),
): GatewayConfig {
  try {
    const text = file === undefined ? "" : withFile("read", file, () => readFileSync(file, "utf8"));
    const config = parseConfig(text, file);
    const radios = radio ?? (file === undefined && env["ESPNOW_RADIO"] ? [env["ESPNOW_RADIO"]] : undefined);
    const changes = {
      ...(radios === undefined ? {} : { radios }),
      ...(mqtt === undefined ? {} : { mqtt: { ...config.mqtt, url: mqtt }, broker: null }),
      ...(broker === undefined ? {} : brokerSettings(config, broker)),
      ...(http === undefined ? {} : { http: http === false ? null : { ...config.http, listen: http } }),
      ...(store === undefined ? {} : { store }),
    };
    return parseConfig(JSON.stringify({ ...config, ...changes }));
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}

/** The settings of the embedded broker; the gateway joins no other one. */
function brokerSettings({ mqtt, broker }: GatewayConfig, address: string | true): object {
  const { url: _, ...topics } = mqtt ?? {};
  return {
    mqtt: mqtt === null ? null : topics,
    broker: { ...broker, ...(address === true ? {} : { listen: address }) },
  };
}

/** One line for what there is, and one for what to do next. */
function tellStart(
  { gateway, url, brokerUrl }: Service,
  config: GatewayConfig,
  options: GatewayOptions,
  { output }: Context,
): void {
  for (const radio of gateway.radios) {
    output.print(`radio ${radio.address(0)} on channel ${radio.channel}`, {
      event: "radio",
      mac: radio.address(0),
      channel: radio.channel,
    });
  }
  if (url !== undefined) output.print(`status page: ${url}`, { event: "http", url });
  if (brokerUrl !== undefined) output.print(`broker: ${brokerUrl}`, { event: "broker", url: brokerUrl });
  if (config.mqtt !== null)
    output.print(`MQTT: topics below ${config.mqtt.base}`, { event: "mqtt", base: config.mqtt.base });
  if (config.mqtt === null && brokerUrl === undefined)
    output.remark("no broker yet: --mqtt mqtt://HOST joins one, and --broker is one");
  if (brokerUrl !== undefined && config.broker?.users_file === undefined)
    output.remark("everybody on this computer can use the broker: users_file in the configuration names users");
  if (config.radios.includes("air:")) {
    output.remark("on the simulated air of this computer: --radio linux:wlan1?channel=6 or board:PORT is a real one");
  }
  if (config.store === null) output.remark("in memory only: --store FILE keeps nodes and waiting messages");
  if (options.demo !== true && !config.auto_accept)
    output.remark("nodes are published when you accept them, on the status page");
}

function tellReload(service: Service, { output }: Context): void {
  try {
    const needsRestart = service.reload();
    output.print("read the configuration again", { event: "reload", needsRestart });
    if (needsRestart.length > 0) output.remark(`counts only after a restart: ${needsRestart.join(", ")}`);
  } catch (error) {
    output.remark(`the configuration stays as it was: ${messageOf(error)}`);
  }
}

function collect(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  return String(version);
}
