import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

/** What the Supervisor takes of a manifest (developers.home-assistant.io, apps/configuration, 2026): as much as ours has. */
const manifest = z.strictObject({
  name: z.string(),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  slug: z.string().regex(/^[a-z0-9_]+$/),
  description: z.string(),
  url: z.url(),
  // Others ended with 2025.12.
  arch: z.array(z.enum(["aarch64", "amd64"])).min(1),
  init: z.boolean(),
  startup: z.enum(["initialize", "system", "services", "application", "once"]),
  boot: z.enum(["auto", "manual", "manual_only"]),
  host_network: z.boolean(),
  privileged: z.array(z.enum(["NET_ADMIN", "NET_RAW"])),
  uart: z.boolean(),
  services: z.array(z.string().regex(/^[a-z]+:(provide|want|need)$/)),
  map: z.array(z.string().regex(/^[a-z_]+(:(ro|rw))?$/)),
  options: z.record(z.string(), z.unknown()),
  schema: z.record(z.string(), z.string().regex(/^(str|bool|int|float|email|url|password|port)\??$/)),
});

const read = (file: string): string => readFileSync(`packaging/${file}`, "utf8");

test("the manifest of the Home Assistant app is one that the Supervisor takes", () => {
  const app = manifest.parse(parse(read("home-assistant/config.yaml")));
  const { version } = JSON.parse(readFileSync("packages/espnow/package.json", "utf8")) as { version: string };
  expect(app.version).toBe(version);
  // An option without a question mark needs a value from the start.
  const needed = Object.entries(app.schema).filter(([, type]) => !type.endsWith("?"));
  expect(Object.keys(app.options).sort()).toEqual(needed.map(([name]) => name).sort());
});

test("the start of the app is JavaScript that Node.js takes", () => {
  const { status, stderr } = spawnSync(process.execPath, ["--check", "packaging/home-assistant/start.js"], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
});

test("the images run as somebody, and get signals", () => {
  const docker = read("docker/Dockerfile");
  expect(docker).toMatch(/^USER node$/m);
  expect(docker).toMatch(/^ENTRYPOINT \["\/sbin\/tini", "--", "espnow", "gateway"\]$/m);
  for (const file of ["docker/Dockerfile", "home-assistant/Dockerfile"]) {
    for (const line of read(file).replaceAll("\\\n", " ").split("\n")) {
      expect(line).toMatch(/^(#|$|(ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|RUN|USER|VOLUME|WORKDIR) )/);
    }
  }
});
