// settings: what a person writes into a file. It promises an error with file, line and setting for what is wrong, and
// knows nothing of what the settings mean.

import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { descriptionOf, knownSettings } from "./known-settings.ts";
import { unquotedText } from "./unquoted-text.ts";

/** What is wrong with settings: one sentence for each fault, with file, line and setting. */
export class SettingsError extends Error {
  /** One sentence for each fault. */
  readonly faults: readonly string[];

  /** The message is all faults, with semicolons between. */
  constructor(faults: readonly string[]) {
    super(faults.join("; "));
    this.faults = faults;
  }
}

/**
 * Reads settings in YAML by their zod schema. `file` is its name, for errors; left out where it is no file. An empty text
 * is `{}`.
 * @throws SettingsError for what is no YAML, and for settings that are not there or not right.
 */
export function parseSettings<T>(text: string, shape: z.ZodType<T>, file?: string): T {
  const place = (line: number): string => (file === undefined ? "" : `${file}:${line}: `);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new SettingsError([`${place(lines.linePos(error.pos[0]).line)}${error.message.split(" at line")[0]}`]);
  }
  const result = shape.safeParse(resolved(document, place) ?? {});
  if (result.success) return result.data;
  const lineOf = (path: readonly PropertyKey[]): number => {
    // A setting that is missing has no line of its own: that of what it belongs to.
    for (let end = path.length; end > 0; end--) {
      const node = document.getIn(path.slice(0, end), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const describe = (issue: z.core.$ZodIssue): string =>
    `${describeIssue(issue, shape)}${advice(issue, document, shape)}`;
  throw new SettingsError(result.error.issues.map((issue) => `${place(lineOf(placeOf(issue)))}${describe(issue)}`));
}

/** Faults of aliases show when they are followed: one has no anchor, or there are enough of them to fill the memory. */
function resolved(document: Document.Parsed, place: (line: number) => string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) throw new SettingsError([`${place(1)}${error.message}`]);
    throw error;
  }
}

function placeOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  return issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

/** What to write where YAML did not read a text as one; empty where that is not the fault. */
function advice(issue: z.core.$ZodIssue, document: Document.Parsed, shape: z.ZodType): string {
  if (issue.code !== "invalid_type" || issue.expected !== "string") return "";
  const text = unquotedText(document, issue.path, shape);
  return text === undefined ? "" : `: write ${JSON.stringify(text)} in quotes`;
}

const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  object: "a map of settings",
  record: "a map",
  string: "a text",
};

/** What a value of the right type, or of the right size, is. */
function wantedBy(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? `a ${issue.expected}`;
    case "too_small":
      if (issue.origin === "array") return "a list that is not empty";
      if (issue.origin === "string") return "a text that is not empty";
      return `${issue.inclusive === false ? "greater than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    default:
      return undefined;
  }
}

/** `mqtt.url: like mqtt://host`, in the words of the settings. */
function describeIssue(issue: z.core.$ZodIssue, shape: z.ZodType): string {
  const setting = issue.path.map(String).join(".");
  const isOfZod = issue.message.startsWith("Unrecognized key");
  if (issue.code === "unrecognized_keys" && isOfZod) {
    const known = issue.keys.map((key) => `"${key}"`).join(", ");
    const accepted = knownSettings(shape, issue.path);
    const there = accepted.length === 0 ? "" : `; there are ${accepted.join(", ")}`;
    return `${setting === "" ? "" : `${setting}: `}there is no setting ${known}${there}`;
  }
  if (issue.code === "invalid_key") return `${setting}: ${issue.issues[0]?.message ?? issue.message}`;
  if (issue.message.endsWith("received undefined")) return `${setting} is missing`;
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid option")) {
    return `${setting}: it must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
  }
  if (issue.code === "invalid_format") return `${setting}: it must be ${issue.message}`;
  // A shape with words of its own for what it takes.
  const wanted = issue.message.startsWith("it must be") ? undefined : wantedBy(issue);
  if (wanted !== undefined) {
    const meaning = descriptionOf(shape, issue.path);
    return `${setting === "" ? "" : `${setting}: `}it must be ${wanted}${meaning === undefined ? "" : ` (${meaning})`}`;
  }
  return `${setting === "" ? "" : `${setting}: `}${issue.message.replace(/^Invalid input: /, "")}`;
}
