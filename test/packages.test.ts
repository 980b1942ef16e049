import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const HOME = "https://github.com/aioespnow/aioespnow";

interface Manifest {
  readonly files: readonly string[];
  readonly homepage: string;
  readonly repository: { readonly url: string; readonly directory: string };
  readonly bugs: { readonly url: string };
  readonly sideEffects: unknown;
}

describe.each(readdirSync(join(ROOT, "packages")))("packages/%s", (name) => {
  const folder = join(ROOT, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

  test("says where it is from", () => {
    expect(manifest.homepage).toBe(`${HOME}#readme`);
    expect(manifest.repository).toEqual({
      type: "git",
      url: `git+${HOME}.git`,
      directory: `packages/${name}`,
    });
    expect(manifest.bugs.url).toBe(`${HOME}/issues`);
    expect(manifest.sideEffects).toBeDefined();
  });

  test("ships the sources that its source maps name", () => {
    expect(manifest.files).toEqual(expect.arrayContaining(["dist", "src", "README.md", "LICENSE"]));
    const maps = readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".js.map"),
    );
    expect(maps.length).toBeGreaterThan(5);
    for (const map of maps) {
      const { sources } = JSON.parse(readFileSync(join(folder, "dist", map), "utf8")) as { sources: string[] };
      for (const source of sources) {
        expect(relative(folder, normalize(join(folder, "dist", dirname(map), source)))).toMatch(/^src[\\/]/);
      }
    }
  });

  test("has a README whose links lead somewhere from npm too", () => {
    const links = [...readFileSync(join(folder, "README.md"), "utf8").matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link = ""]) => link,
    );
    for (const link of links) {
      expect(link).toMatch(/^https:\/\//);
      if (link.startsWith(`${HOME}/blob/main/`)) {
        expect(existsSync(join(ROOT, link.slice(`${HOME}/blob/main/`.length))), link).toBe(true);
      }
    }
  });
});

test("the API reference has every entry of every package", () => {
  const { entryPoints } = JSON.parse(readFileSync(join(ROOT, "docs/site/typedoc.json"), "utf8")) as {
    readonly entryPoints: readonly string[];
  };
  const entries = readdirSync(join(ROOT, "packages")).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as {
      readonly exports: Readonly<Record<string, string>>;
    };
    return Object.values(exports)
      .filter((file) => file.endsWith(".js"))
      .map((file) => `../../packages/${name}/${file.replace("./dist/", "src/").replace(/js$/, "ts")}`);
  });
  expect(entries.length).toBeGreaterThan(20);
  expect([...entryPoints].sort()).toEqual(entries.sort());
});
