import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { EventFeed } from "./event-feed.ts";

/** A running server. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
}

/** Addresses of this computer only. */
export function isLoopback(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);
}

/**
 * Serves `app`, and the WebSockets of `feed`, which is closed with it. `listen` is `127.0.0.1:8266` or `[::1]:8266`; port 0 is any that is free.
 * @throws Error that says what to do, by rejection, if the port is taken or may not be used.
 */
export async function serveHttp(app: Hono, listen: string, feed?: EventFeed): Promise<HttpServer> {
  const [, host = "", port = ""] = /^\[?([^\]]+)\]?:(\d+)$/.exec(listen) ?? [];
  const server: Server = createServer(getRequestListener(app.fetch));
  feed?.attach(server);
  try {
    server.listen(Number(port), host);
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new Error(`${listen} is in use: choose another port with --http or http.listen`);
    throw new Error(`cannot listen on ${listen}: ${message}`);
  }
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}/`,
    async [Symbol.asyncDispose]() {
      feed?.[Symbol.dispose]();
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
