import type { Duplex } from "node:stream";

/** As much of aedes 2 as the broker uses. The package is optional: its own types may not be there. */
interface Aedes {
  readonly persistence: AedesPersistence;
  handle(stream: Duplex): unknown;
  close(done: () => void): void;
  on(event: "connectionError" | "error", listener: () => void): unknown;
  on(event: "clientError", listener: (client: { readonly id: string }, error: Error) => void): unknown;
}

export interface AedesPersistence {
  storeRetained(packet: RetainedPacket): Promise<void>;
}

/** A message that the broker keeps. An empty one takes the one before away. */
export interface RetainedPacket {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
  retain: boolean;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  /** In ms since 1970. */
  readonly messageExpiry?: number | undefined;
}

/** What a client asks to connect with. */
interface ConnectPacket {
  clean: boolean;
}

type Done = (error: (Error & { returnCode?: number }) | null, isFine?: boolean) => void;

export interface AedesOptions {
  readonly maximumPacketSize: number;
  readonly sessionExpiryIntervalLimit: number;
  readonly pendingSessionsLimit: number;
  readonly drainTimeout: number;
  preConnect(client: unknown, packet: ConnectPacket, done: Done): void;
  authenticate(client: unknown, name: string | undefined, password: Uint8Array | undefined, done: Done): void;
  authorizePublish(client: unknown, packet: RetainedPacket, done: (error?: Error | null) => void): void;
}

interface AedesModule {
  readonly Aedes: { createBroker(options: AedesOptions): Promise<Aedes> };
}

/** @throws Error that says how to install it, by rejection. */
export async function loadAedes(): Promise<AedesModule> {
  try {
    // As a variable: it need not be there when this is compiled and bundled.
    const name: string = "aedes";
    return (await import(name)) as AedesModule;
  } catch (error) {
    throw new Error(`the broker needs the package aedes: npm install aedes@2.0.0-beta.1 (${(error as Error).message})`);
  }
}
