import { requestSchemas } from "../bridge/requests.ts";

const TEXT = { "text/plain": { schema: { type: "string" } } };
const REFUSALS = {
  "401": { description: "The token is missing or wrong.", content: TEXT },
  "403": { description: "Another origin, or another name for this computer.", content: TEXT },
};
const OBJECT = { type: "object" };
const answer = (data: object): object => ({
  type: "object",
  required: ["status"],
  properties: {
    status: { enum: ["ok", "error"] },
    data,
    error: { type: "string" },
    transaction: { description: "that of the request" },
  },
});

function json(description: string, schema: object = OBJECT): object {
  return { description, content: { "application/json": { schema } } };
}

function get(summary: string, responses: object): object {
  return { get: { summary, responses: { ...responses, ...REFUSALS } } };
}

function post(summary: string, schema: object, data: object = OBJECT): object {
  const responses = {
    "200": json("It was done.", answer(data)),
    "400": json("It was not done; `error` says why.", answer(OBJECT)),
    "413": { description: "The body has more than 64 KiB.", content: TEXT },
    "415": { description: "The body is not application/json.", content: TEXT },
    ...REFUSALS,
  };
  const requestBody = { required: true, content: { "application/json": { schema } } };
  return { post: { summary, requestBody, responses } };
}

/** The API as OpenAPI 3.1 describes it. A test compares it with the routes. */
export function openApi(version: string): object {
  const requests = Object.entries(requestSchemas()).map(([name, { about, schema }]) => {
    const properties = { ...(schema as { properties?: object }).properties, transaction: {} };
    return [`/api/request/${name}`, post(about, { ...schema, properties })];
  });
  return {
    openapi: "3.1.0",
    info: { title: "ESP-NOW gateway", version, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "." }],
    security: [{}, { token: [] }, { session: [] }],
    paths: {
      "/api/nodes": get("lists all nodes", { "200": json("The nodes.") }),
      ...Object.fromEntries(requests),
      "/api/reload": post("reads the configuration again", OBJECT),
      "/api/login": loginPath(),
      "/api/events": eventsPath(),
      "/api/openapi.json": get("this document", { "200": json("OpenAPI 3.1.") }),
      "/health": get("how the gateway is", {
        "200": json("All is well."),
        "503": json("`problems` says what is wrong."),
      }),
      "/ready": get("whether it serves", { "200": json("It does.") }),
      "/metrics": get("counters for Prometheus", { "200": { description: "Text format 0.0.4.", content: TEXT } }),
    },
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "espnow_session" },
      },
    },
  };
}

function loginPath(): object {
  const token = { type: "object", required: ["token"], properties: { token: { type: "string" } } };
  const { post: operation } = post("begins a session of a browser: a cookie that stands for the token", token) as {
    readonly post: { readonly responses: object };
  };
  const responses = { ...operation.responses, "429": { description: "Too many wrong tokens.", content: TEXT } };
  return { post: { ...operation, responses, security: [{}] } };
}

function eventsPath(): object {
  const raw = { name: "raw", in: "query", description: "1: raw messages too", schema: { enum: ["1"] } };
  return {
    get: {
      summary: "what happens, as JSON over a WebSocket",
      parameters: [raw],
      responses: {
        "101": { description: "A WebSocket." },
        "426": { description: "No WebSocket was asked for.", content: TEXT },
        ...REFUSALS,
      },
    },
  };
}
