// Runs commands and draws what they print as docs/terminal.svg: `npm run build && node scripts/terminal-picture.js`.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ZERO_KEY = "00000000000000000000000000000000";
/** As they are shown, with what is left out of the picture. */
const COMMANDS = [
  {
    command: "run --virtual --for 24h gateway.py sensor.py sensor.py",
    lines: 4,
    files: { "gateway.py": "examples/micropython/gateway.py", "sensor.py": "examples/micropython/sensor.py" },
  },
  {
    command: "sniff --radio replay:encrypted.pcap --lmk $KEY --pmk $KEY",
    lines: 1,
    files: { "encrypted.pcap": "examples/data/encrypted.pcap", $KEY: ZERO_KEY },
  },
  { command: "decode 4002ca09", lines: 1, files: {} },
];

const LINE_HEIGHT = 20;
const LEFT = 18;
const TOP = 58;
const WIDTH = 900;
const MAX_CHARACTERS = 104;

function output({ command, lines, files }) {
  const words = command.split(" ").map((word) => {
    return Object.entries(files).reduce((text, [shown, meant]) => text.replace(shown, meant), word);
  });
  const args = ["packages/espnow/bin/espnow.js", ...words];
  const text = execFileSync(process.execPath, args, {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const all = text.split("\n").filter((line) => line !== "");
  return all.length > lines ? [...all.slice(0, lines), `... ${all.length - lines} lines more`] : all;
}

function escapeXml(text) {
  const short = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text;
  return short.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const lines = COMMANDS.flatMap((one, index) => [
  ...(index > 0 ? [""] : []),
  `<tspan class="prompt">$</tspan> <tspan class="command">espnow ${escapeXml(one.command)}</tspan>`,
  ...output(one).map(escapeXml),
]);
const height = TOP + lines.length * LINE_HEIGHT + 6;
const rows = lines.map(
  (line, row) => `  <text x="${LEFT}" y="${TOP + row * LINE_HEIGHT}" xml:space="preserve">${line}</text>`,
);

writeFileSync(
  `${ROOT}/docs/terminal.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, monospace" font-size="14">
  <title>A day of three MicroPython boards on a simulated air, an encrypted frame read with its keys, a payload decoded</title>
  <style>
    .window { fill: #1c2128; } .bar { fill: #2d333b; } text { fill: #d7dde4; }
    .prompt { fill: #6bc46d; } .command { fill: #ffffff; font-weight: 600; }
  </style>
  <rect class="window" width="${WIDTH}" height="${height}" rx="8"/>
  <path class="bar" d="M0 8a8 8 0 0 1 8-8h${WIDTH - 16}a8 8 0 0 1 8 8v22H0z"/>
  <circle cx="18" cy="15" r="5" fill="#f47067"/><circle cx="36" cy="15" r="5" fill="#daaa3f"/><circle cx="54" cy="15" r="5" fill="#57ab5a"/>
${rows.join("\n")}
</svg>
`,
);
