import { spawnSync } from "node:child_process";
import { SeededRandom } from "aioespnow/sim";
import type { Hono } from "hono";
import { beforeEach, describe, expect, test } from "vitest";
import { healthOf } from "#gateway/bridge/health.ts";
import { Access } from "#gateway/http/access.ts";
import { type HttpOptions, httpApp } from "#gateway/http/app.ts";
import { serveHttp } from "#gateway/http/server.ts";
import { ownHome } from "../home.ts";
import { GATEWAY, NODE } from "../house.ts";

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const TOKEN = "0123456789abcdef";

const home = ownHome();
let app: Hono;

beforeEach(async () => {
  home.open();
  app = open();
  await home.node.asend(GATEWAY, '{"temperature": 21.5}');
});

const open = (options: Partial<HttpOptions> & { readonly token?: string } = {}): Hono => {
  const { gateway, bridge } = home;
  const now = (): number => gateway.now();
  const access = new Access({ token: options.token, random: new SeededRandom(1), now });
  return httpApp({
    gateway,
    bridge,
    access,
    health: () => healthOf(gateway, now(), undefined),
    version: "1.2.3",
    ...options,
  });
};

const HOST = { host: "127.0.0.1:8266" };

function ask(
  path: string,
  headers: Record<string, string> = {},
  body?: string,
  to: Hono = app,
): Response | Promise<Response> {
  const init = body === undefined ? {} : { method: "POST", body };
  return to.request(`http://127.0.0.1:8266${path}`, { ...init, headers: { ...HOST, ...headers } });
}

const JSON_TYPE = { "content-type": "application/json" };

test("shows the nodes, and carries requests out", async () => {
  const nodes = await (await ask("/api/nodes")).json();
  expect(nodes).toMatchObject({
    nodes: [{ mac: NODE, accepted: false, values: { temperature: 21.5 }, units: { temperature: "°C" } }],
  });
  const accepted = await ask("/api/request/accept", JSON_TYPE, JSON.stringify({ node: NODE, name: "Hall" }));
  expect(await accepted.json()).toEqual({ status: "ok", data: { name: "Hall" } });
  expect(home.gateway.nodes.find("Hall").settings.isAccepted).toBe(true);
  const list = await ask("/api/request/mailbox/list", JSON_TYPE, '{"node": "Hall"}');
  expect(await list.json()).toEqual({ status: "ok", data: { items: [] } });
  const wrong = await ask("/api/request/accept", JSON_TYPE, '{"node": "nobody"}');
  expect([wrong.status, await wrong.json()]).toEqual([400, { status: "error", error: 'no node is called "nobody"' }]);
});

test("reads the configuration again where that can be done", async () => {
  expect((await ask("/api/reload", JSON_TYPE, "{}")).status).toBe(404);
  let fault: string | undefined;
  const reload = (): string[] => {
    if (fault !== undefined) throw new Error(fault);
    return ["mqtt"];
  };
  const own = open({ reload });
  const done = await ask("/api/reload", JSON_TYPE, "{}", own);
  expect(await done.json()).toEqual({ status: "ok", data: { needsRestart: ["mqtt"] } });
  fault = "g.yaml:1: no";
  const refused = await ask("/api/reload", JSON_TYPE, "{}", own);
  expect([refused.status, await refused.json()]).toEqual([400, { status: "error", error: "g.yaml:1: no" }]);
  expect((await ask("/api/reload", { ...JSON_TYPE, origin: "http://evil.example" }, "{}", own)).status).toBe(403);
});

test("has a page without a script inside, and says that nothing else may run in it", async () => {
  const page = await ask("/");
  expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/);
  expect(await page.text()).not.toMatch(/<script>|style=|onclick/);
  for (const path of ["/app.js", "/style.css"]) expect((await ask(path)).status).toBe(200);
  expect((await ask("/etc/passwd")).status).toBe(404);
});

describe("who is not served", () => {
  test.each([
    ["a page of another name for this computer (DNS rebinding)", { host: "evil.example:8266" }, 403],
    ["no name at all", { host: "" }, 403],
    ["a page of another origin", { origin: "http://evil.example" }, 403],
    ["one of another port", { origin: "http://127.0.0.1:9999" }, 403],
    ["a page of no origin", { origin: "null" }, 403],
    ["a form of another page, which cannot send JSON", { "content-type": "text/plain" }, 415],
  ])("%s", async (_, headers, status) => {
    const response = await ask("/api/request/permit", { ...JSON_TYPE, ...headers }, '{"minutes": 5}');
    expect(response.status).toBe(status);
    expect(home.gateway.permitUntil).toBeLessThanOrEqual(home.gateway.now());
  });

  test("with a token, whoever does not know it", async () => {
    const guarded = open({ token: TOKEN });
    const statusOf = async (headers: Record<string, string>) =>
      (await ask("/api/nodes", headers, undefined, guarded)).status;
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${TOKEN}x` })).toBe(401);
    expect(await statusOf({ authorization: "Bearer " })).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${TOKEN}`, host: "gateway.local:8266" })).toBe(200);
  });

  test("a browser logs in once; its session stands for the token, which is in no answer", async () => {
    const guarded = open({ token: TOKEN });
    const login = (token: string) => ask("/api/login", JSON_TYPE, JSON.stringify({ token }), guarded);
    for (const path of ["/", "/app.js", "/style.css"])
      expect((await ask(path, {}, undefined, guarded)).status).toBe(200);
    const response = await login(TOKEN);
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^espnow_session=[0-9a-f]{32}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    expect(`${cookie}${await response.text()}`).not.toContain(TOKEN);
    const session = { cookie: `other=1; ${cookie.split(";")[0]}` };
    expect((await ask("/api/nodes", session, undefined, guarded)).status).toBe(200);
    expect((await ask("/api/nodes", { cookie: "espnow_session=0" }, undefined, guarded)).status).toBe(401);
    expect((await ask("/api/nodes", { ...session, origin: "http://evil.example" }, undefined, guarded)).status).toBe(
      403,
    );
    for (let i = 0; i < 10; i++) expect((await login("wrong")).status).toBe(401);
    expect((await login(TOKEN)).status).toBe(429);
  });

  test("a body that is too long", async () => {
    const response = await ask(
      "/api/request/send",
      JSON_TYPE,
      JSON.stringify({ node: NODE, text: "x".repeat(70_000) }),
    );
    expect(response.status).toBe(413);
  });
});

test("health tells what is wrong", async () => {
  expect(await (await ask("/health")).json()).toMatchObject({ status: "ok", store: "ok", broker: null, problems: [] });
  const away = open({ health: () => healthOf(home.gateway, home.gateway.now(), false) });
  const health = await ask("/health", {}, undefined, away);
  expect([health.status, await health.json()]).toEqual([
    503,
    expect.objectContaining({ status: "degraded", broker: false, problems: ["the broker is not connected"] }),
  ]);
});

test("every route is in the OpenAPI document, and nothing else", async () => {
  const guarded = open({ reload: () => [] });
  const document = (await (await ask("/api/openapi.json", {}, undefined, guarded)).json()) as {
    openapi: string;
    info: { version: string };
    paths: Record<string, Record<string, { responses: object }>>;
  };
  expect([document.openapi, document.info.version]).toEqual(["3.1.0", "1.2.3"]);
  const described = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map(
      (method) => `${method.toUpperCase()} ${path.replace(/^\/api\/request\/.*/, "/api/request/:what{.+}")}`,
    ),
  );
  const page = ["GET /", "GET /app.js", "GET /style.css"];
  const routes = guarded.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`);
  expect([...new Set([...described, ...page])].sort()).toEqual([...new Set(routes)].sort());
  const unknown = await answerOf("nonsense");
  const [, names = ""] = /there are (.*)$/.exec(unknown.error ?? "") ?? [];
  expect(
    names
      .split(", ")
      .map((name) => `/api/request/${name}`)
      .sort(),
  ).toEqual(
    Object.keys(document.paths)
      .filter((path) => path.startsWith("/api/request/"))
      .sort(),
  );
});

async function answerOf(what: string, data: object = {}): Promise<{ status: string; error?: string; data?: object }> {
  return (await ask(`/api/request/${what}`, JSON_TYPE, JSON.stringify(data))).json() as Promise<{ status: string }>;
}

test("tells how it is, and starts again, where that is asked for and can be done", async () => {
  expect(await answerOf("health_check")).toMatchObject({ status: "ok", data: { status: "ok", nodes: { unknown: 1 } } });
  expect(await answerOf("restart")).toEqual({ status: "error", error: "this gateway cannot start again by itself" });
  let restarts = 0;
  const own = open({ powers: { restart: () => void restarts++ } });
  expect((await ask("/api/request/restart", JSON_TYPE, "{}", own)).status).toBe(200);
  expect(restarts).toBe(1);
});

test("metrics are Prometheus text", async () => {
  home.gateway.changeNode(home.known, { isAccepted: true, name: "Hall 1" });
  const response = await ask("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  expect(text).toContain('espnow_node_messages_total{node="Hall 1"} 1\n');
  const families = new Set<string>();
  for (const line of text.trimEnd().split("\n")) {
    expect(line).toMatch(
      /^(# HELP [a-z_]+ .+|# TYPE [a-z_]+ (counter|gauge)|[a-z_]+(\{[a-z_]+="[^"\n]*"\})? -?\d+(\.\d+)?)$/,
    );
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    expect(families.has(name)).toBe(false);
    families.add(name);
    expect(name.endsWith("_total")).toBe(type === "counter");
  }
});

test.skipIf(!hasPromtool)("promtool (package prometheus) finds no fault in the metrics", async () => {
  home.gateway.changeNode(home.known, { isAccepted: true, name: "Hall 1" });
  const metrics = await (await ask("/metrics")).text();
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: metrics, encoding: "utf8" });
  expect([status, stdout, stderr]).toEqual([0, "", ""]);
});

test("a port in use is told of with what to do", async () => {
  await using server = await serveHttp(app, "127.0.0.1:0");
  const { host } = new URL(server.url);
  await expect(serveHttp(app, host)).rejects.toThrow(
    `${host} is in use: choose another port with --http or http.listen`,
  );
  const response = await fetch(`${server.url}api/nodes`);
  expect(response.status).toBe(200);
});
