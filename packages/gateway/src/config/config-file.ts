import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { type MacAddress, toMac } from "aioespnow";
import { isMap, isScalar, parseDocument, YAMLMap } from "yaml";
import type { NodeSettings } from "../nodes/node.ts";
import { parseConfig } from "./load.ts";

/**
 * The configuration in its file, into which goes what people change while the gateway runs. Everything else of the file stays:
 * comments, order, and what was edited since the start.
 */
export class ConfigFile {
  readonly #file: string;
  readonly #onRemark: (text: string) => void;

  constructor(file: string, onRemark: (text: string) => void) {
    this.#file = file;
    this.#onRemark = onRemark;
  }

  /** Writes what was decided about a node; undefined: it is forgotten. What cannot be written is told, and stays in the store. */
  keepNode(mac: MacAddress, settings: NodeSettings | undefined): void {
    try {
      const text = readFileSync(this.#file, "utf8");
      const changed = withNode(text, mac, settings);
      if (changed === text) return;
      parseConfig(changed, this.#file); // a file with an error stays as it is
      this.#replace(changed);
    } catch (error) {
      this.#onRemark(`the change is not in the configuration: ${(error as Error).message}`);
    }
  }

  /** There is always a whole file. */
  #replace(text: string): void {
    const file = realpathSync(this.#file);
    const next = `${file}.new`;
    writeFileSync(next, text, { mode: statSync(file).mode, flush: true });
    renameSync(next, file);
  }
}

/** The text of a configuration with a node as it is now. */
export function withNode(text: string, mac: MacAddress, settings: NodeSettings | undefined): string {
  const document = parseDocument(text);
  const nodes = document.get("nodes");
  const key = isMap(nodes) ? (nodes.items.find(({ key }) => isNode(key, mac))?.key ?? mac) : mac;
  if (settings === undefined) {
    if (isMap(nodes)) nodes.delete(key);
  } else {
    if (!isMap(nodes)) document.set("nodes", new YAMLMap());
    else if (nodes.items.length === 0) nodes.flow = false;
    if (!isMap(document.getIn(["nodes", key]))) document.setIn(["nodes", key], new YAMLMap());
    const { name, decoder, isSleepy } = settings;
    const set = (setting: string, value: unknown): void => {
      const path = ["nodes", key, setting];
      const before = document.getIn(path);
      const isSame = JSON.stringify(isMap(before) ? before.toJSON() : before) === JSON.stringify(value);
      const node = document.getIn(path, true);
      if (value === undefined) document.deleteIn(path);
      else if (isScalar(node) && typeof value !== "object")
        node.value = value; // it keeps its comment
      else if (!isSame) document.setIn(path, document.createNode(value));
    };
    set("name", name === mac.replaceAll(":", "") ? undefined : name);
    if (isSleepy || document.hasIn(["nodes", key, "sleepy"])) set("sleepy", isSleepy);
    set("decoder", decoder);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function isNode(key: unknown, mac: MacAddress): boolean {
  try {
    return toMac(String(isScalar(key) ? key.value : key)) === mac;
  } catch {
    return false;
  }
}
