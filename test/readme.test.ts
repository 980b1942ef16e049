import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the test in the README is the one that is run", () => {
  const program = readFileSync("examples/readme.test.ts", "utf8");
  expect(readFileSync("README.md", "utf8")).toContain(`\`\`\`ts\n${program}\`\`\``);
});

/** Links from one document of the project to another. */
test.each([
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/architecture.md",
  "docs/compatibility.md",
  "docs/errors.md",
])("the links in %s lead somewhere", (document) => {
  const folder = new URL(document, new URL("..", import.meta.url));
  const links = [...readFileSync(document, "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
    ([, link]) => link as string,
  );
  for (const link of links) expect(existsSync(new URL(link, folder)), link).toBe(true);
});
