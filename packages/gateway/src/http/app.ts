import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Bridge } from "../bridge/bridge.ts";
import { answerRequest } from "../bridge/requests.ts";
import { nodeSummary } from "../bridge/summary.ts";
import { equalSecrets, toUtf8 } from "../decoders/bytes.ts";
import type { Gateway } from "../gateway.ts";
import { metricsText } from "../metrics/metrics.ts";
import { APP, PAGE, STYLE } from "./page.ts";

export interface HttpOptions {
  readonly gateway: Gateway;
  readonly bridge?: Bridge | undefined;
  /** Whether the broker is there; undefined: the gateway has none. */
  readonly isBrokerConnected?: (() => boolean) | undefined;
  /** What everybody has to present. Left out: only this computer's own addresses are served. */
  readonly token?: string | undefined;
  /** Reads the configuration again. Returns the settings that count only after a restart. @throws Error; nothing is changed then. */
  readonly reload?: () => readonly string[];
}

const MAX_BODY = 64 * 1024;
/** Names of this computer for itself: a page of another name (DNS rebinding) has another. */
const OWN_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The status page, the API, health and metrics of a gateway. */
export function httpApp({ gateway, bridge, isBrokerConnected, token, reload }: HttpOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const refusal = refusalOf(context, token);
    if (refusal !== undefined) return context.text(`${refusal[1]}\n`, refusal[0]);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    return undefined;
  });
  app.get("/", (context) => context.html(PAGE));
  app.get("/app.js", (context) => context.body(APP, 200, { "content-type": "text/javascript; charset=utf-8" }));
  app.get("/style.css", (context) => context.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" }));
  app.get("/api/nodes", (context) =>
    context.json({ nodes: gateway.nodes.all.map((node) => nodeSummary(node, gateway)) }),
  );
  const limit = bodyLimit({ maxSize: MAX_BODY, onError: (context) => context.text("the body is too long\n", 413) });
  app.post("/api/request/:what{.+}", limit, async (context) => {
    const answer = answerRequest(gateway, context.req.param("what"), await context.req.text());
    return context.json(answer, answer.status === "ok" ? 200 : 400);
  });
  if (reload !== undefined) app.post("/api/reload", (context) => answerReload(context, reload));
  app.get("/health", (context) => {
    const { problem } = gateway.storeHealth;
    const broker = isBrokerConnected?.();
    const isWell = problem === undefined && broker !== false;
    return context.json(
      { status: isWell ? "ok" : "degraded", store: problem ?? "ok", broker: broker ?? null },
      isWell ? 200 : 503,
    );
  });
  app.get("/ready", (context) => context.json({ status: "ok" }));
  app.get("/metrics", (context) => {
    return context.body(metricsText(gateway, bridge), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
  app.notFound((context) => context.text("there is nothing here\n", 404));
  return app;
}

function answerReload(context: Context, reload: () => readonly string[]): Response {
  try {
    return context.json({ status: "ok", data: { needsRestart: reload() } });
  } catch (error) {
    return context.json({ status: "error", error: (error as Error).message }, 400);
  }
}

/** Why a request is not served. */
function refusalOf(context: Context, token: string | undefined): [401 | 403 | 415, string] | undefined {
  const host = context.req.header("host") ?? "";
  if (token === undefined && !OWN_HOST.test(host))
    return [403, "this gateway serves only this computer: it has no token"];
  const origin = context.req.header("origin");
  if (origin !== undefined && origin.replace(/^https?:\/\//, "") !== host)
    return [403, "pages of other origins are not served"];
  if (token !== undefined && !hasToken(context, token)) return [401, "give the token: Authorization: Bearer TOKEN"];
  const isWrite = context.req.method === "POST";
  const type = context.req.header("content-type") ?? "";
  return isWrite && !/^application\/json\b/.test(type) ? [415, "requests are application/json"] : undefined;
}

function hasToken(context: Context, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(context.req.header("authorization") ?? "")?.[1] ?? "";
  return equalSecrets(toUtf8(given), toUtf8(token));
}
