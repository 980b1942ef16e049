import { describe, expect, test } from "vitest";
import { FirstBytes, MAX_FIRST_LINE } from "#cli/boards/first-bytes.ts";

/** What becomes of a text that comes byte by byte: how much is clear when, and what is held meanwhile. */
function byteByByte(text: string): { readonly verdict: string; readonly after: number } {
  const first = new FirstBytes();
  const bytes = Buffer.from(text, "latin1");
  for (let i = 0; i < bytes.length; i++) {
    const caller = first.add(bytes.subarray(i, i + 1));
    if (caller.is !== "unclear") return { verdict: caller.is, after: i + 1 };
  }
  return { verdict: "unclear", after: bytes.length };
}

describe("refuses", () => {
  test.each([
    "GET / HTTP/1.1\r\n",
    "POST /path?a=b HTTP/1.1\r\n",
    "OPTIONS * HTTP/1.1\r\n",
    "GET http://127.0.0.1:9977/ HTTP/1.1\r\n",
    "CONNECT 127.0.0.1:9977 HTTP/1.1\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "exec / HTTP/1.1\r\n",
    "a-b.c /%0Aimport%20os HTTP/1.0\n",
    "\x16\x03\x01\x02\x00",
    "\x16\x03\x03",
  ])("%j, in one piece and byte by byte", (text) => {
    expect(new FirstBytes().add(Buffer.from(text, "latin1"))).toMatchObject({ is: "refused" });
    const { verdict, after } = byteByByte(text);
    expect(verdict).toBe("refused");
    expect(text.slice(0, after)).not.toContain("\n");
  });

  test("what is continued after its first word was typed", () => {
    const first = new FirstBytes();
    expect(first.add(Buffer.from("PO"))).toEqual({ is: "unclear", held: "word" });
    expect(Buffer.from(first.take()).toString()).toBe("PO");
    first.add(Buffer.from("ST"));
    first.take();
    expect(first.add(Buffer.from(" / HTTP/1.1"))).toMatchObject({ is: "refused" });
  });

  test.each(["POST /", ""])("%s and letters without end", (start) => {
    const first = new FirstBytes();
    expect(first.add(Buffer.from(start + "a".repeat(MAX_FIRST_LINE - start.length)))).toMatchObject({ is: "unclear" });
    expect(first.add(Buffer.from("a"))).toMatchObject({ is: "refused" });
  });
});

describe("lets a terminal through at once", () => {
  test.each([
    ["\r\x03\x03\x01", 1],
    ["\x03\x03\x01", 1],
    ["\x01", 1],
    ["\x04", 1],
    ["\x16\x01", 2],
    ["\r\n", 1],
    ["G\r", 2],
    ["GET\r", 4],
    ["print(", 6],
    ["import os\r", 8],
    ["import http\r", 12],
    ["x = 1\r", 3],
    ["x / 2\r", 5],
    ["x /y\r", 5],
    ["x *y\r", 4],
    ["x /\x03", 4],
    ["POST / HTTQ", 11],
    ["GET /\r\n", 6],
    ["\xff\xfd\x01", 1],
  ])("%j after %i bytes", (text, after) => {
    expect(byteByByte(text)).toEqual({ verdict: "terminal", after });
  });
});
