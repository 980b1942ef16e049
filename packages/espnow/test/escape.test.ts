import { describe, expect, test } from "vitest";
import { escapeJson, escapeText } from "#cli/output/escape.ts";
import { Output } from "#cli/output/output.ts";
import { Recorder } from "./transcript.ts";

const HOSTILE = "a\x1b]0;title\x07\x9b31mred\r\x1b[2J\u202eb\u2028c\ud800";
const ESCAPED = "a\\x1b]0;title\\x07\\x9b31mred\\x0d\\x1b[2J\\u{202e}b\\u{2028}c\\u{d800}";

describe("what strangers have said, in the output of commands", () => {
  test("cannot drive a terminal, on either stream, on a terminal or not", () => {
    for (const isTerminal of [false, true]) {
      const [stdout, stderr] = [new Recorder(isTerminal), new Recorder(isTerminal)];
      const output = new Output(stdout, stderr);
      output.print(HOSTILE);
      output.remark(HOSTILE);
      output.printError(HOSTILE, {});
      output.progress(HOSTILE);
      expect(stdout.text).toBe(`${ESCAPED}\n`);
      expect(stderr.text.replace("\r\x1b[K", "")).toBe(`${ESCAPED}\n${ESCAPED}\n${isTerminal ? ESCAPED : ""}`);
    }
  });

  test("is the same in JSON, and nothing in it needs a terminal's care", () => {
    const json = escapeJson({ hostile: HOSTILE, "\x9bkey": 1, flag: "🏴󠁧󠁢󠁥󠁮󠁧󠁿" });
    expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(JSON.parse(json)).toEqual({ hostile: HOSTILE, "\x9bkey": 1, flag: "🏴󠁧󠁢󠁥󠁮󠁧󠁿" });
  });

  test("the command's own styles, lines and tabs stay", () => {
    const stdout = new Recorder(true);
    const output = new Output(stdout, new Recorder());
    output.print(`${output.paint("red", "a")}\tb\n${output.paint("dim", "c")}`);
    expect(stdout.text).toBe("\x1b[31ma\x1b[39m\tb\n\x1b[2mc\x1b[22m\n");
    expect(escapeText("\x1b[31ma")).toBe("\\x1b[31ma");
  });
});
