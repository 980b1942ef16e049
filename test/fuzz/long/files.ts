import { ConfigError, parseConfig } from "espnow-gateway/service";
import { parseRecord } from "#cli/radio/line-messages.ts";
import { parsePositions } from "#cli/radio/positions-file.ts";
import { Mutator } from "./mutation.ts";
import { stream } from "./stream.ts";
import type { Target } from "./target.ts";

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** A file of text: read, or refused with an error in the user's words. */
function file(
  name: string,
  seed: number,
  texts: readonly string[],
  read: (text: string) => void,
  isRefusal: (error: unknown) => boolean,
): Target {
  const mutator = new Mutator(
    seed,
    texts.map((text) => utf8.encode(text)),
    1024,
  );
  return stream(name, mutator, (bytes) => {
    try {
      read(decoder.decode(bytes));
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  });
}

/** Where stations are. */
export function positions(seed: number): Target {
  const texts = [
    '{ "02:00:00:00:00:0a": { "x": 0, "y": 0 }, "02:00:00:00:00:0b": { "x": 12.5, "y": 3, "z": 2 } }',
    '{ "02-00-00-00-00-0a": { "x": 1e308, "y": -1e-300 }, "__proto__": { "x": 0, "y": 0 } }',
    "[[{}]]",
    "null",
  ];
  return file("files of positions", seed, texts, parsePositions, (error) => {
    return error instanceof Error && !(error instanceof TypeError);
  });
}

/** A gateway's configuration. */
export function configuration(seed: number): Target {
  const texts = [
    'version: 1\nradios: ["linux:wlan1?channel=6"]\nstore: gateway.db\nmqtt:\n  url: mqtt://localhost\n  raw: true\n',
    'nodes:\n  24:0a:c4:1d:58:68:\n    name: Kitchen\n    decoder: { format: struct, layout: "<hH", fields: [{ key: t }] }\n',
    "mqtt: &a { url: mqtt://host, base: *b }\nhttp: !!map { <<: *a, listen: 127.0.0.1:1 }\n",
    "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n? [1, { 2: 3 }]\n: |\n  text\n--- # next\n%YAML 1.2\n",
  ];
  return file("YAML files", seed, texts, parseConfig, (error) => error instanceof ConfigError && error.message !== "");
}

/** The lines of `espnow send --lines`. */
export function lines(seed: number): Target {
  const texts = [
    '{"peer":"02:00:00:00:00:0a","text":"hello"}',
    '{"peer":"020000 00000a","hex":"00ff7f"}',
    "[]",
    "null",
  ];
  const mutator = new Mutator(
    seed,
    texts.map((text) => utf8.encode(text)),
    1024,
  );
  return stream("JSON lines", mutator, (bytes) => {
    const result = parseRecord(bytes);
    if ("fault" in result ? result.fault === "" : result.data.length > bytes.length) throw new Error("a wrong answer");
  });
}
