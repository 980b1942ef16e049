import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test.each(["hello.ts", "readme.test.ts"])("the %s in the README is the one that is run", (file) => {
  const program = readFileSync(`examples/${file}`, "utf8");
  expect(readFileSync("README.md", "utf8")).toContain(`\`\`\`ts\n${program}\`\`\``);
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

test("the programs and packages that the README names are there", () => {
  const readme = readFileSync("README.md", "utf8");
  const commands = readme.split("\n").filter((line) => line.startsWith("    npx espnow run "));
  const programs = commands.flatMap((line) => line.match(/\S+\.py/g) ?? []);
  expect(programs).not.toEqual([]);
  for (const program of programs)
    expect(existsSync(program) || existsSync(`examples/micropython/${program}`), program).toBe(true);
  for (const name of ["aioespnow", "espnow"]) {
    const { version } = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8"));
    expect(readme).toContain(`/${name}-${version}.tgz`);
  }
});

test("every command is in the document of the commands, in the README and in that of the package", () => {
  const help = execFileSync(process.execPath, ["packages/espnow/bin/espnow.js", "--help"], { encoding: "utf8" });
  const commands = [...help.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name]) => name);
  expect(commands).toContain("listen");
  const documents = ["docs/cli.md", "packages/espnow/README.md", "README.md"].map((name) => readFileSync(name, "utf8"));
  for (const command of commands) {
    for (const text of documents) {
      if (command !== "wireshark-plugin") expect(text, command).toContain(`\`${command}\``);
    }
  }
});
