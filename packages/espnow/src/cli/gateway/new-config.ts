import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { whyNot } from "../doctor/findings.ts";
import { inspectMachine, type Probe } from "../doctor/machine.ts";
import type { SerialProbe } from "../doctor/serial.ts";
import { UsageError } from "../process/explain.ts";
import { withFile } from "../process/system-message.ts";

/** Asks a question until the answer is right. */
type Ask = (question: string, preset: string, check: (answer: string) => void) => Promise<string>;
type ParseConfig = (text: string) => unknown;

/** What a person has answered. */
interface Answers {
  readonly radio: string;
  /** Empty: no broker. */
  readonly broker: string;
  readonly store: string;
}

/** The radio URLs of what is on this computer and can be used, and the simulated air. */
export async function findRadios(machine: Probe, serial: SerialProbe): Promise<readonly string[]> {
  const [{ interfaces }, ports] = await Promise.all([inspectMachine(machine), serial.list()]);
  const boards = typeof ports === "string" ? [] : ports.filter(({ isBoard }) => isBoard);
  return [
    ...interfaces.filter((wifi) => whyNot(wifi) === undefined).map(({ name }) => `linux:${name}`),
    ...boards.map(({ path }) => `board:${path}`),
    "air:",
  ];
}

/** @throws UsageError where the file is there already. */
export function refuseToOverwrite(file: string): void {
  if (existsSync(file))
    throw new UsageError(`${resolve(file)} is there already: move it away, or name another --config`);
}

/** Asks for what a configuration needs. The first of `radios` is the preset. */
export async function askForConfig(radios: readonly string[], ask: Ask, parse: ParseConfig): Promise<string> {
  const check =
    (name: keyof Answers) =>
    (answer: string): void =>
      void parse(configText({ radio: "air:", broker: "", store: "gateway.db", [name]: answer }));
  const found = await ask(`radio (found: ${radios.join(", ")})`, radios[0] ?? "air:", checkRadio);
  const needsChannel = found.startsWith("linux:") && !found.includes("?");
  const radio = needsChannel ? `${found}?channel=${await ask("channel of the nodes", "1", checkChannel)}` : found;
  const broker = await ask("broker, such as mqtt://localhost (empty: none)", "", check("broker"));
  const store = await ask("file for what the gateway knows", "gateway.db", check("store"));
  return configText({ radio, broker, store });
}

/** Never writes over a file, also not over one that has come in the meantime. Only the user can read it: keys come into it. */
export function writeNewFile(file: string, text: string): void {
  withFile("write", file, () => writeFileSync(file, text, { flag: "wx", mode: 0o600 }));
}

function checkRadio(answer: string): void {
  if (!/^[a-z]+:/.test(answer)) throw new RangeError("a radio is like linux:wlan1, board:/dev/ttyUSB0 or air:");
}

function checkChannel(answer: string): void {
  if (!/^([1-9]|1[0-4])$/.test(answer)) throw new RangeError("a channel is a number from 1 to 14");
}

function configText({ radio, broker, store }: Answers): string {
  const mqtt = `mqtt:
  url: ${JSON.stringify(broker)}
  # username: gateway
  # password_file: /etc/espnow/mqtt-password
`;
  return `# The configuration of "espnow gateway"; "espnow gateway schema" describes all settings.
radios:
  - ${JSON.stringify(radio)}
store: ${JSON.stringify(store)}
# true: publish nodes that were never heard before
auto_accept: false
${broker === "" ? "# no broker: mqtt: { url: mqtt://HOST }\n" : mqtt}http:
  listen: 127.0.0.1:8266
# by address, such as "24:0a:c4:1d:58:68": { name: Kitchen, sleepy: true }
nodes: {}
`;
}
