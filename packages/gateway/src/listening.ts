import { once } from "node:events";
import type { Server } from "node:net";

/** Where a server listens. */
export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** The address in `127.0.0.1:8266` or `[::1]:8266`. */
export function listenAddress(text: string): ListenAddress {
  const [, host = "", port = ""] = /^\[?([^\]]+)\]?:(\d+)$/.exec(text) ?? [];
  return { host, port: Number(port) };
}

/** As in a URL: `127.0.0.1:8266`, `[::1]:8266`. */
export function authorityOf({ host, port }: ListenAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Addresses of this computer only. */
export function isLoopback(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);
}

/**
 * Lets `server` listen; `setting` and `who` are for the error. Returns the address with its actual port.
 * @throws Error that says what to do, by rejection, if the port is taken or may not be used.
 */
export async function listenAt(
  server: Server,
  text: string,
  setting: "http" | "broker",
  who = "",
): Promise<ListenAddress> {
  const { host, port } = listenAddress(text);
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE") throw new Error(`${who}cannot listen on ${text}: ${message}`);
    throw new Error(`${text} is in use: choose another port with --${setting} or ${setting}.listen`);
  }
  const address = server.address();
  return { host, port: typeof address === "object" && address !== null ? address.port : port };
}

/** Stops listening, and waits until the last connection has ended. */
export async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, "close");
}
