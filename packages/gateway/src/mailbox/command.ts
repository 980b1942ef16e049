import type { MacAddress } from "aioespnow";

/** A message that waits for its node. It is kept until it has reached one of its ends. */
export interface MailboxItem {
  readonly id: string;
  readonly mac: MacAddress;
  /** Of the items of one key only the latest is kept. */
  readonly key?: string;
  /** Hexadecimal. */
  readonly data: string;
  /** In ms since 1970. */
  readonly queuedAt: number;
  readonly expiresAt: number;
  readonly attempts: number;
}

/** How far a command has come. All but `queued` and `sent` are its end. */
export type CommandState = "queued" | "sent" | "acked" | "expired" | "replaced" | "failed";

/** What is told of a command whenever it comes further. */
export interface CommandStatus {
  readonly id: string;
  readonly mac: MacAddress;
  readonly key?: string;
  readonly state: CommandState;
  /** How often it was sent. */
  readonly attempts: number;
  /** Of `failed`: why, for people. */
  readonly reason?: string;
}

export function statusOf({ id, mac, key, attempts }: MailboxItem, state: CommandState, reason?: string): CommandStatus {
  return {
    id,
    mac,
    ...(key === undefined ? {} : { key }),
    state,
    attempts,
    ...(reason === undefined ? {} : { reason }),
  };
}
