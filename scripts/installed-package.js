// Run by installed-package.sh in a folder where the packed library is installed.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";

const require = createRequire(import.meta.url);

/** Every entry of a package that a program imports. */
function entriesOf(packageName) {
  const { exports, name } = require(`${packageName}/package.json`);
  const entries = Object.entries(exports).filter(([subpath]) => subpath !== "./package.json");
  return entries.map(([subpath, file]) => ({ name, file, specifier: subpath.replace(".", name) }));
}

/** Needs vitest, which users of radios do not have. */
const isForTests = ({ specifier }) => specifier === "aioespnow/testing";

const entries = ["aioespnow", "espnow-gateway"].flatMap(entriesOf);
for (const { name, file, specifier } of entries.filter((entry) => !isForTests(entry))) {
  test(`${specifier} loads, by import and by require, and comes with its types`, async () => {
    const module = await import(specifier);
    assert.notEqual(Object.keys(module).length, 0);
    for (const [key, value] of Object.entries(module)) assert.notEqual(value, undefined, key);
    assert.deepEqual(Object.keys(require(specifier)), Object.keys(module));
    assert.ok(existsSync(new URL(file.replace(".js", ".d.ts"), new URL(`node_modules/${name}/`, import.meta.url))));
  });
}

test("README and licence are in the packages", () => {
  for (const name of ["aioespnow", "espnow-gateway"]) {
    for (const file of ["README.md", "LICENSE"]) {
      assert.ok(existsSync(new URL(`node_modules/${name}/${file}`, import.meta.url)), `${name}/${file}`);
    }
  }
});

test("the espnow command runs, and finds its dissector", () => {
  const espnow = (...args) => execFileSync("node_modules/.bin/espnow", args, { encoding: "utf8" });
  assert.match(espnow("--version"), /^\d+\.\d+\.\d+\n$/);
  assert.match(espnow("wireshark-plugin"), /DissectorTable/);
  assert.match(espnow("decode", "4002ca09"), /^bthome: temperature 25.06 °C\n$/);
  assert.match(espnow("send", "broadcast", "hello", "--radio", "sim:"), /^ff:ff:ff:ff:ff:ff: sent to all in reach/);
});

test("a MicroPython program runs, with what the package brings", () => {
  writeFileSync("main.py", "import espnow, aioespnow, network, machine, asyncio\nprint('hello from a board')");
  const { status, stdout } = spawnSync("node_modules/.bin/espnow", ["run", "main.py"], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [0, "hello from a board\n"]);
  assert.ok(existsSync("node_modules/espnow-micropython/wasm/LICENSE"));
});

test("two nodes on a simulated air hear each other", async () => {
  const { AIOESPNow, WLAN } = await import("aioespnow");
  const { Air } = await import("aioespnow/sim");
  const air = new Air({ seed: 1 });
  const [node, gateway] = [air.radio(), air.radio()].map((radio) => {
    new WLAN(WLAN.IF_STA, radio).active(true);
    const espnow = new AIOESPNow(radio);
    espnow.active(true);
    return espnow;
  });
  const broadcast = "ff:ff:ff:ff:ff:ff";
  node.addPeer(broadcast);
  const heard = gateway.arecv();
  assert.equal(await node.asend(broadcast, "hello"), true);
  const [, message] = await heard;
  assert.equal(new TextDecoder().decode(message), "hello");
});
