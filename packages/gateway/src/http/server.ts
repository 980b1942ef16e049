import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { authorityOf, listenAt, stopListening } from "../listening.ts";
import type { EventFeed } from "./event-feed.ts";

/** A running server. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves `app`, and the WebSockets of `feed`, which is closed with it. `listen` is `127.0.0.1:8266` or `[::1]:8266`; port 0 is any that is free.
 * @throws Error that says what to do, by rejection, if the port is taken or may not be used.
 */
export async function serveHttp(app: Hono, listen: string, feed?: EventFeed): Promise<HttpServer> {
  const server: Server = createServer(getRequestListener(app.fetch));
  feed?.attach(server);
  const address = await listenAt(server, listen, "http");
  return {
    url: `http://${authorityOf(address)}/`,
    async [Symbol.asyncDispose]() {
      feed?.[Symbol.dispose]();
      server.closeAllConnections();
      await stopListening(server);
    },
  };
}
