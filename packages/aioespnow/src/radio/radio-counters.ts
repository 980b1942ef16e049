/** What the radio did and what it dropped, each drop under its reason. They only grow. */
export interface RadioCounters {
  /** Messages handed to `onMessage`. */
  received: number;
  /** Frames on the air that are no ESP-NOW: beacons, other vendors, other protocols. */
  notEspNow: number;
  /** Frames to another station (a monitor interface hears them all). */
  notForUs: number;
  /** ESP-NOW while `start` was not called. */
  notStarted: number;
  /** A frame that begins like ESP-NOW and is malformed (docs/protocol.md 1.4). */
  malformed: number;
  /** Retransmissions of the frame before (Retry bit and random value, docs/protocol.md 1.4). */
  duplicates: number;
  /** Encrypted, and no key for its sender. */
  noKey: number;
  /** Encrypted, and the MIC does not fit: a wrong key or a forgery. */
  badMic: number;
  /** An encrypted frame seen before, dropped (peer with `replay: "window"`). */
  replayed: number;
  /** An encrypted frame whose packet number is not new, let through (peer with `replay: "device"`). */
  replayedAccepted: number;
  /** Unencrypted unicast from a peer that has a key. */
  plaintext: number;
}

/** Nothing has happened yet. */
export function noCounts(): RadioCounters {
  return {
    received: 0,
    notEspNow: 0,
    notForUs: 0,
    notStarted: 0,
    malformed: 0,
    duplicates: 0,
    noKey: 0,
    badMic: 0,
    replayed: 0,
    replayedAccepted: 0,
    plaintext: 0,
  };
}
