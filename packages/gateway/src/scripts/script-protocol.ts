/** What a script can do; `decode` is always there. */
export interface Powers {
  readonly encode: boolean;
  readonly describe: boolean;
}

export type Call =
  | { readonly op: "decode"; readonly bytes: readonly number[]; readonly source: string }
  | { readonly op: "encode"; readonly values: object }
  | { readonly op: "describe"; readonly seen: object };

/** What the process of a script is asked, a line of JSON each: first to load it. */
export type Request =
  | { readonly op: "load"; readonly name: string; readonly text: string; readonly limitMs: number }
  | ({ readonly id: number } & Call);

/** What it answers, a line of JSON each. `failure`: what the script did wrong. `log`: what it wrote with `console`. */
export type Answer = { readonly id?: number; readonly log?: readonly string[] } & (
  | { readonly result: unknown }
  | { readonly failure: string }
);

/** What the thread between tells the gateway's thread. */
export type News =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** The process has ended by itself. */
  | { readonly kind: "ended"; readonly reason: string };

/** The memory that the process may use for what it makes, in MiB. */
export const MEMORY_LIMIT_MB = 64;
/** The most characters of an answer. */
export const MAX_ANSWER = 65_536;
