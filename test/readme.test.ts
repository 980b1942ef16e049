import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test.each([
  ["README.md", "ts", "examples/hello.ts"],
  ["README.md", "python", "examples/micropython/hello.py"],
  ["docs/start.md", "ts", "examples/readme.test.ts"],
])("%s shows a program in %s that is run: %s", (document, language, file) => {
  const program = readFileSync(file, "utf8");
  expect(readFileSync(document, "utf8")).toContain(`\`\`\`${language}\n${program}\`\`\``);
});

test("the first programs of the README have eight lines", () => {
  for (const file of ["examples/hello.ts", "examples/micropython/hello.py"]) {
    expect(readFileSync(file, "utf8").trim().split("\n").length, file).toBe(8);
  }
});

/** Links from one document of the project to another. */
test.each([
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
])("the links in %s lead somewhere", (document) => {
  const folder = new URL(document, new URL("..", import.meta.url));
  const links = [...readFileSync(document, "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
    ([, link]) => link as string,
  );
  for (const link of links) expect(existsSync(new URL(link, folder)), link).toBe(true);
});

test("the programs and packages that docs/start.md names are there", () => {
  const start = readFileSync("docs/start.md", "utf8");
  const commands = start.split("\n").filter((line) => line.startsWith("    npx espnow run "));
  const programs = commands.flatMap((line) => line.match(/\S+\.py/g) ?? []);
  expect(programs).not.toEqual([]);
  for (const program of programs)
    expect(existsSync(program) || existsSync(`examples/micropython/${program}`), program).toBe(true);
  for (const name of ["aioespnow", "espnow", "gateway", "micropython"]) {
    const { name: npmName, version } = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8"));
    expect(start).toContain(`/${npmName}-${version}.tgz`);
  }
});

test("every command is in the document of the commands, in that of what there is, and in the README of the package", () => {
  const help = execFileSync(process.execPath, ["packages/espnow/bin/espnow.js", "--help"], { encoding: "utf8" });
  const commands = [...help.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name]) => name);
  expect(commands).toContain("listen");
  const documents = ["docs/cli.md", "packages/espnow/README.md", "docs/status.md"].map((name) =>
    readFileSync(name, "utf8"),
  );
  for (const command of commands) {
    for (const text of documents) {
      if (command !== "wireshark-plugin") expect(text, command).toContain(`\`${command}\``);
    }
  }
});
