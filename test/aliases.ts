import { fileURLToPath } from "node:url";

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const source = (file: string) => path(`packages/aioespnow/src/${file}`);

/** Tests and examples run against the sources: coverage and mutation then speak of what is edited. */
export const aliases = [
  { find: /^aioespnow$/, replacement: source("index.ts") },
  { find: /^aioespnow\/(air|board|sim|core|linux)$/, replacement: source("$1.ts") },
  { find: /^aioespnow\/(codec|pcap|state)$/, replacement: source("$1/index.ts") },
  { find: /^espnow-micropython$/, replacement: path("packages/micropython/src/index.ts") },
  { find: /^espnow-micropython\/command$/, replacement: path("packages/micropython/src/command.ts") },
  { find: /^espnow-gateway\/decoders$/, replacement: path("packages/gateway/src/decoders/index.ts") },
  { find: /^#cli\//, replacement: path("packages/espnow/src/cli/") },
  { find: /^#gateway\//, replacement: path("packages/gateway/src/") },
  { find: /^#lib\//, replacement: path("packages/aioespnow/src/") },
  { find: /^#micropython\//, replacement: path("packages/micropython/src/") },
  { find: /^#test\//, replacement: path("test/") },
];
