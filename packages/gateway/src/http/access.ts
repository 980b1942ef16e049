import type { RandomSource } from "aioespnow/sim";
import { equalSecrets, toHex, toUtf8 } from "../decoders/bytes.ts";

/** What is looked at of a request. Headers that are not there are undefined. */
export interface Asking {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

export type Refusal = readonly [status: 401 | 403 | 415 | 429, text: string];

export interface AccessOptions {
  /** What everybody has to present. Left out: only this computer's own addresses are served. */
  readonly token?: string | undefined;
  /** For the names of sessions: a good one. */
  readonly random: RandomSource;
  /** In ms. */
  readonly now: () => number;
}

/** Names of this computer for itself: a page of another name (DNS rebinding) has another. */
const OWN_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const SESSION_COOKIE = "espnow_session";
const SESSION_MS = 30 * 24 * 3_600_000;
const MAX_SESSIONS = 100;
/** Wrong tokens in a minute, before nobody can log in for the rest of it. */
const MAX_WRONG = 10;
const WRONG_WINDOW_MS = 60_000;
/** The page itself says nothing; it asks for the token. */
const PUBLIC = ["/", "/app.js", "/style.css", "/api/login"];

/** Who is served. A session stands for the token in browsers: a page cannot add a header to a WebSocket. */
export class Access {
  readonly #token: string | undefined;
  readonly #random: RandomSource;
  readonly #now: () => number;
  /** Until when, by the name of the session. */
  readonly #sessions = new Map<string, number>();
  #wrong: number[] = [];

  constructor({ token, random, now }: AccessOptions) {
    this.#token = token;
    this.#random = random;
    this.#now = now;
  }

  /** Why a request is not served; undefined: it is. */
  refusal(asking: Asking): Refusal | undefined {
    const { method, path, host = "", origin, contentType = "" } = asking;
    if (this.#token === undefined && !OWN_HOST.test(host))
      return [403, "this gateway serves only this computer: it has no token"];
    if (origin !== undefined && origin.replace(/^https?:\/\//, "") !== host)
      return [403, "pages of other origins are not served"];
    if (!PUBLIC.includes(path) && !this.#isKnown(asking)) return [401, "give the token: Authorization: Bearer TOKEN"];
    const isWrite = method !== "GET" && method !== "HEAD";
    return isWrite && !/^application\/json\b/.test(contentType) ? [415, "requests are application/json"] : undefined;
  }

  /** The `Set-Cookie` of a new session, or why there is none. */
  logIn(token: string): { readonly cookie: string } | { readonly refusal: Refusal } {
    const now = this.#now();
    this.#wrong = this.#wrong.filter((time) => time > now - WRONG_WINDOW_MS);
    if (this.#wrong.length >= MAX_WRONG) return { refusal: [429, "too many wrong tokens: try again in a minute"] };
    if (this.#token !== undefined && !equalSecrets(toUtf8(token), toUtf8(this.#token))) {
      this.#wrong.push(now);
      return { refusal: [401, "the token is wrong"] };
    }
    const name = toHex(new Uint8Array(Uint32Array.from({ length: 4 }, () => this.#random.uint32()).buffer));
    if (this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value as string);
    this.#sessions.set(name, now + SESSION_MS);
    return { cookie: `${SESSION_COOKIE}=${name}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${SESSION_MS / 1000}` };
  }

  #isKnown({ authorization = "", cookie = "" }: Asking): boolean {
    if (this.#token === undefined) return true;
    const given = /^Bearer (.+)$/.exec(authorization)?.[1];
    if (given !== undefined) return equalSecrets(toUtf8(given), toUtf8(this.#token));
    const session = new RegExp(`(?:^|; )${SESSION_COOKIE}=([0-9a-f]{32})(?:;|$)`).exec(cookie)?.[1] ?? "";
    return (this.#sessions.get(session) ?? 0) > this.#now();
  }
}
