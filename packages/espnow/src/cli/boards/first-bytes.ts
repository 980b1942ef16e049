/** A terminal, who cannot be told from others yet, or who is refused and why. */
export type Caller =
  | { readonly is: "terminal" }
  /** A `word` has no space yet: to type it is harmless. Nothing of a `line` is to be typed. */
  | { readonly is: "unclear"; readonly held: "word" | "line" }
  | { readonly is: "refused"; readonly because: string };

/** The longest first line, in bytes, of a connection that may still be refused. */
export const MAX_FIRST_LINE = 16 * 1024;

/** A method is a token of RFC 9110, 5.6.2: a page that was rebound to this computer may name any. */
const METHOD = /^[!#$%&'*+.^_`|~\dA-Za-z-]+/;
/** The targets of RFC 9112, 3.2, as far as they have come, but those of CONNECT. `*` is also in the preface of HTTP/2. */
const TARGET = /^(?:$|\/|\*$|h$|ht$|htt$|http)/i;

const TERMINAL: Caller = { is: "terminal" };
const HTTP: Caller = { is: "refused", because: "an HTTP request, such as a web page can send" };
const TLS: Caller = { is: "refused", because: "a TLS handshake" };
const ENDLESS: Caller = { is: "refused", because: `a first line of more than ${MAX_FIRST_LINE} bytes` };

/**
 * Who connects to the line of a board, by the first bytes. A request line (`POST /path HTTP/1.1`) is known by its version,
 * and may come in pieces: what can become one is held until then. A terminal is known at its first control character, at
 * its first space, or at the end of a line such as `x / y`.
 */
export class FirstBytes {
  #held: Buffer = Buffer.alloc(0);
  /** Holds the place of the part of the method that was taken before it was clear. */
  #before = "";
  #length = 0;

  /** Adds what came. */
  add(bytes: Uint8Array): Caller {
    this.#held = Buffer.concat([this.#held, bytes]);
    this.#length += bytes.length;
    const caller = callerOf(this.#before + this.#held.toString("latin1"));
    return caller.is === "unclear" && this.#length > MAX_FIRST_LINE ? ENDLESS : caller;
  }

  /** What is held, to be typed now. What comes next is judged as its continuation. */
  take(): Uint8Array {
    const taken = this.#held;
    this.#before ||= taken.toString("latin1", 0, 1);
    this.#held = Buffer.alloc(0);
    return taken;
  }
}

function callerOf(text: string): Caller {
  if (text.startsWith("\x16")) return tlsOrTerminal(text); // ContentType handshake (RFC 8446, 5.1)
  const [method] = METHOD.exec(text) ?? [];
  if (method === undefined) return TERMINAL;
  if (method.length === text.length) return { is: "unclear", held: "word" };
  const [, gap = "", target = "", version = ""] =
    /^([ \t]*)([!-~\x80-\xff]*)[ \t]*(.*)$/s.exec(text.slice(method.length)) ?? [];
  if (gap === "" || !(method === "CONNECT" || TARGET.test(target))) return TERMINAL;
  if (/^HTTP\//i.test(version)) return HTTP;
  return "HTTP/".startsWith(version.toUpperCase()) ? { is: "unclear", held: "line" } : TERMINAL;
}

function tlsOrTerminal(text: string): Caller {
  if (text.length === 1) return { is: "unclear", held: "word" };
  return text[1] === "\x03" ? TLS : TERMINAL;
}
