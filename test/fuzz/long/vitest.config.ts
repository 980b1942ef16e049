import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { aliases } from "../../aliases.ts";

/** For `npm run fuzz`: hours of random bytes, not part of the tests. */
export default defineConfig({
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  resolve: { alias: aliases },
  test: {
    include: ["test/fuzz/long/*.fuzz.ts"],
    testTimeout: 0,
    pool: "threads",
    reporters: ["dot"],
    disableConsoleIntercept: true,
  },
});
