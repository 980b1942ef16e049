/** Bit numbers of CapEff (capabilities(7)). */
const CAP_NET_ADMIN = 12n;
const CAP_NET_RAW = 13n;

/** What a monitor interface asks for. */
export interface Permissions {
  /** To open a packet socket. */
  readonly netRaw: boolean;
  /** To set an interface up. */
  readonly netAdmin: boolean;
}

/** Reads /proc/self/status. */
export function parsePermissions(status: string): Permissions {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  const has = (bit: bigint): boolean => ((mask >> bit) & 1n) === 1n;
  return { netRaw: has(CAP_NET_RAW), netAdmin: has(CAP_NET_ADMIN) };
}
