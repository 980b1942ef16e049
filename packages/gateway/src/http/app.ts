// http: The status page and the API. Without a token only this computer gets in, and pages of other origins never do;
// every request, and what waits for a reader, has a limit. What a request may do is the bridge's requests, the same as
// over MQTT.

import type { ServerResponse } from "node:http";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Bridge } from "../bridge/bridge.ts";
import type { Health } from "../bridge/health.ts";
import { answerRequest, type RequestPowers } from "../bridge/requests.ts";
import { nodeSummary } from "../bridge/summary.ts";
import type { Gateway } from "../gateway.ts";
import { type CountingBroker, metricsText } from "../metrics/metrics.ts";
import type { Access } from "./access.ts";
import { openApi } from "./openapi.ts";
import { APP, PAGE, STYLE } from "./page.ts";

export interface HttpOptions {
  readonly gateway: Gateway;
  readonly bridge?: Bridge | undefined;
  /** The embedded broker, if there is one. */
  readonly embedded?: CountingBroker | undefined;
  readonly health: () => Health;
  readonly access: Access;
  readonly version: string;
  /** Reads the configuration again. Returns the settings that count only after a restart. @throws Error; nothing is changed then. */
  readonly reload?: (() => readonly string[]) | undefined;
  readonly powers?: Pick<RequestPowers, "restart" | "keepNode">;
}

const MAX_BODY = 64 * 1024;
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The status page, the API, health and metrics of a gateway. */
export function httpApp(options: HttpOptions): Hono {
  const { gateway, bridge, embedded, health, access, version } = options;
  const app = new Hono();
  app.use(async (context, next) => {
    const refusal = access.refusal(askingOf(context));
    if (refusal !== undefined) return context.text(`${refusal[1]}\n`, refusal[0], HEADERS);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    return undefined;
  });
  addPage(app);
  addWrites(app, options);
  app.get("/api/nodes", (context) =>
    context.json({ nodes: gateway.nodes.all.map((node) => nodeSummary(node, gateway)) }),
  );
  app.get("/api/events", (context) => context.text("this is a WebSocket\n", 426, { upgrade: "websocket" }));
  app.get("/api/openapi.json", (context) => context.json(openApi(version)));
  app.get("/health", (context) => {
    const report = health();
    return context.json(report, report.status === "ok" ? 200 : 503);
  });
  app.get("/ready", (context) => context.json({ status: "ok" }));
  app.get("/metrics", (context) => {
    return context.body(metricsText(gateway, bridge, embedded), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
  app.notFound((context) => context.text("there is nothing here\n", 404));
  return app;
}

function addPage(app: Hono): void {
  app.get("/", (context) => context.html(PAGE));
  app.get("/app.js", (context) => context.body(APP, 200, { "content-type": "text/javascript; charset=utf-8" }));
  app.get("/style.css", (context) => context.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" }));
}

function addWrites(
  app: Hono,
  { gateway, health, access, reload, powers: { restart, keepNode } = {} }: HttpOptions,
): void {
  const limit = bodyLimit({ maxSize: MAX_BODY, onError: (context) => context.text("the body is too long\n", 413) });
  app.post("/api/request/:what{.+}", limit, async (context) => {
    // What ends this server waits until the answer is on its way.
    const onSent = (work: () => void): unknown => outgoingOf(context)?.once("close", work) ?? work();
    const powers = { health, keepNode, restart: restart && (() => void onSent(restart)) };
    const answer = answerRequest(gateway, context.req.param("what"), await context.req.text(), powers);
    return context.json(answer, answer.status === "ok" ? 200 : 400);
  });
  app.post("/api/login", limit, async (context) => {
    const result = access.logIn(tokenIn(await context.req.text()));
    if ("refusal" in result) {
      const [status, error] = result.refusal;
      return context.json({ status: "error", error }, status);
    }
    return context.json({ status: "ok", data: {} }, 200, { "set-cookie": result.cookie });
  });
  if (reload !== undefined) app.post("/api/reload", limit, (context) => answerReload(context, reload));
}

function answerReload(context: Context, reload: () => readonly string[]): Response {
  try {
    return context.json({ status: "ok", data: { needsRestart: reload() } });
  } catch (error) {
    return context.json({ status: "error", error: (error as Error).message }, 400);
  }
}

function askingOf({ req }: Context): Parameters<Access["refusal"]>[0] {
  return {
    method: req.method,
    path: req.path,
    host: req.header("host"),
    origin: req.header("origin"),
    contentType: req.header("content-type"),
    authorization: req.header("authorization"),
    cookie: req.header("cookie"),
  };
}

/** The response of Node; undefined in a test without a server. */
function outgoingOf({ env }: Context): ServerResponse | undefined {
  return (env as { readonly outgoing?: ServerResponse } | undefined)?.outgoing;
}

/** Of `{"token": "..."}`; empty where there is none. */
function tokenIn(text: string): string {
  try {
    const { token } = JSON.parse(text) as { readonly token?: unknown };
    return typeof token === "string" ? token : "";
  } catch {
    return "";
  }
}
