/** What happened on an air since it was made. */
export interface AirCounters {
  /** Transmissions of frames (retransmissions each), not counting ACKs. */
  frames: number;
  /** ACK frames that began. */
  acks: number;
  /** Receptions handed up to a station. */
  delivered: number;
  /** Receptions that other transmissions spoiled: collisions, hidden terminals. */
  corrupted: number;
  /** Times that a receiver left a frame for a later, much stronger one. */
  captured: number;
  /** Receptions lost by chance: `frameLoss`, `delivery`, `fading`. */
  lost: number;
  /** Frames refused because the station's queue was full. */
  refused: number;
  /** Stations that took an address which another had. */
  duplicateAddresses: number;
  /** Times that the list of who hears a station was forgotten, to keep memory within bounds. It is made again when needed. */
  rowsForgotten: number;
}

export function newCounters(): AirCounters {
  return {
    frames: 0,
    acks: 0,
    delivered: 0,
    corrupted: 0,
    captured: 0,
    lost: 0,
    refused: 0,
    duplicateAddresses: 0,
    rowsForgotten: 0,
  };
}
