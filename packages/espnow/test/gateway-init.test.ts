import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { parseConfig } from "espnow-gateway/service";
import { afterEach, beforeEach, expect, test } from "vitest";
import { thisMachine } from "#cli/doctor/machine.ts";
import { askForConfig, findRadios } from "#cli/gateway/new-config.ts";
import { run } from "#cli/program.ts";
import { Recorder } from "./transcript.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-gateway-"));
  file = join(folder, "gateway.yaml");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command with these lines as its input. Returns the exit code, what it printed and what it asked. */
async function init(...lines: string[]): Promise<[code: number, printed: string, asked: string]> {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const stdin = Readable.from(lines.map((line) => `${line}\n`));
  const { signal } = new AbortController();
  const code = await run(["gateway", "init", "--config", file], {
    stdout,
    stderr,
    stdin,
    env: {},
    signal,
    exitCode: 0,
  });
  return [code, stdout.text, stderr.text];
}

test("asks, and writes a configuration that only its user can read", async () => {
  const [code, printed, asked] = await init("air:", "mqtt://broker.local", "");
  expect([code, printed]).toEqual([0, expect.stringContaining(`espnow gateway --config ${file}`)]);
  expect(asked).toMatch(/^radio \(found: .*air:\) \[.*\]: broker/);
  expect(parseConfig(readFileSync(file, "utf8"))).toMatchObject({
    radios: ["air:"],
    store: "gateway.db",
    mqtt: { url: "mqtt://broker.local" },
    auto_accept: false,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("asks again where an answer is wrong", async () => {
  const [code, , asked] = await init("wlan1", "air:", "localhost", "", "");
  expect(code).toBe(0);
  expect(asked).toContain("a radio is like linux:wlan1");
  expect(asked).toContain("mqtt.url: it must be like mqtt://host");
  expect(parseConfig(readFileSync(file, "utf8")).mqtt).toBeNull();
});

test("writes nothing over a file, and nothing where the answers end early", async () => {
  const [early, , why] = await init("air:");
  expect(why).toMatch(/: \nespnow: the input ended/); // on a line of its own, below the question
  expect([early, why]).toEqual([2, expect.stringContaining("nothing was written")]);
  expect(() => statSync(file)).toThrow("ENOENT");
  writeFileSync(file, "mine");
  const [code, , asked] = await init("air:", "", "");
  expect([code, asked]).toEqual([2, expect.stringMatching(/^espnow: .*gateway\.yaml is there already/)]);
  expect(readFileSync(file, "utf8")).toBe("mine");
});

test("finds serial ports that look like boards, and the simulated air", async () => {
  const port = (path: string, isBoard: boolean) => ({ path, isBoard, usbId: undefined, manufacturer: undefined });
  const radios = await findRadios(thisMachine, {
    list: async () => [port("/dev/ttyS0", false), port("/dev/ttyUSB0", true)],
    refusal: () => undefined,
    ask: async () => "not asked",
  });
  expect(radios.slice(-2)).toEqual(["board:/dev/ttyUSB0", "air:"]);
});

test("offers the first radio that was found, and asks for the channel of a Wi-Fi card", async () => {
  const answers = ["", "6", "", ""];
  const text = await askForConfig(
    ["linux:wlan1", "air:"],
    async (_, preset, check) => {
      const answer = answers.shift() || preset;
      check(answer);
      return answer;
    },
    (config) => parseConfig(config),
  );
  expect(parseConfig(text).radios).toEqual(["linux:wlan1?channel=6"]);
});
