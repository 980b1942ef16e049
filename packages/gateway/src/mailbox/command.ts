import type { MacAddress } from "aioespnow";

/** A message that waits for its node. It is kept until it has reached one of its ends. */
export interface MailboxItem {
  /** Names the command in every report about it. */
  readonly id: string;
  /** For which node. */
  readonly mac: MacAddress;
  /** Of the items of one key only the latest is kept. */
  readonly key?: string;
  /** Hexadecimal. */
  readonly data: string;
  /** In ms since 1970. */
  readonly queuedAt: number;
  /** In ms since 1970. */
  readonly expiresAt: number;
  /** How many times it was sent. */
  readonly attempts: number;
}

/** How a command waits. */
export interface CommandOptions {
  /** How long it may wait, in ms. 24 h for a node that sleeps and 10 s for others if left out. */
  readonly expiresInMs?: number;
  /** Of what waits under one key only the latest is kept. */
  readonly key?: string;
  /** Where the mailbox of the node is full the oldest message goes; left out: this one is refused. */
  readonly makesRoom?: boolean;
}

/** How far a command has come. */
export type CommandState = "queued" | "sent" | EndState;

/**
 * How a command can end. `sent`: the radio does not tell whether it was heard. `acked`: the node's radio has it, and its program
 * confirms nothing; where it does, that is on the way to `delivered`.
 */
export type EndState = "sent" | "acked" | "delivered" | "expired" | "replaced" | "failed";

/** A report about a command, made whenever its state changes. */
export interface CommandStatus {
  /** Names the command. */
  readonly id: string;
  /** For which node. */
  readonly mac: MacAddress;
  /** The key that it was sent under. */
  readonly key?: string;
  /** What has become of it. */
  readonly state: CommandState;
  /** When it came so far, in ms since 1970. */
  readonly time: number;
  /** How many times it was sent. */
  readonly attempts: number;
  /** Of `failed`: why, for people. */
  readonly reason?: string;
}

export function statusOf(
  { id, mac, key, attempts }: MailboxItem,
  state: CommandState,
  time: number,
  reason?: string,
): CommandStatus {
  return {
    id,
    mac,
    ...(key === undefined ? {} : { key }),
    state,
    time,
    attempts,
    ...(reason === undefined ? {} : { reason }),
  };
}
