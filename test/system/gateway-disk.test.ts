import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const GATEWAY_PACKAGE = new URL("../../packages/gateway/", import.meta.url);
const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-disk-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs a shell's script with a disk of 1 MiB at $DISK, which nobody else sees and which goes with it. Without root it runs
 * where the user is root of a name space.
 */
async function onDisk(script: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const spaces = process.getuid?.() === 0 ? ["-m"] : ["-rm"];
  const shell = ["sh", "-c", `mount -t tmpfs -o size=1m tmpfs "$DISK" && cd "$DISK" && { ${script}; }`];
  const env = { ...process.env, DISK: folder, ESPNOW_RADIO: "" };
  return promisify(execFile)("unshare", [...spaces, ...shell], { env, cwd: GATEWAY_PACKAGE });
}

/** Fills the disk to the last byte. */
const FILL = "(cat /dev/zero > filler) 2>/dev/null; true";
const program = (text: string): string =>
  `cd "${fileURLToPath(GATEWAY_PACKAGE)}" && node --input-type=module -e '${text}'`;
const start = (options: string): string => `node ${ESPNOW} gateway --no-http --radio sim: ${options}; echo "code $?"`;

/** A store with a node and a message for it, as $DISK/gateway.db. */
const STORE = program(`
  import { openStore } from "espnow-gateway/sqlite";
  const store = await openStore(process.env.DISK + "/gateway.db");
  store.put("spool", "000000000001", JSON.stringify({ time: 1, kept: true }));
  await store[Symbol.asyncDispose]();
`);
const SHOW = program(`
  import { openStore } from "espnow-gateway/sqlite";
  const store = await openStore(process.env.DISK + "/gateway.db");
  console.log(store.entries("spool").length, "kept");
`);

/** A gateway in virtual time whose disk is full for a while. */
const FULL_WHILE_RUNNING = program(`
  import { writeFileSync, rmSync } from "node:fs";
  import { AIOESPNow, WLAN, sleep } from "aioespnow";
  import { Air, SeededRandom } from "aioespnow/sim";
  import { Bridge, Gateway, MemoryBroker } from "espnow-gateway";
  import { openStore } from "espnow-gateway/sqlite";
  const { DISK } = process.env;
  const air = new Air({ seed: 1 });
  const radio = air.radio({ profile: "host" });
  const store = await openStore(DISK + "/gateway.db");
  const gateway = new Gateway({ radios: [radio], store, autoAccept: true });
  const broker = new MemoryBroker((work) => air.clock.schedule(air.clock.now(), work));
  const bridge = new Bridge({ gateway, broker: broker.client(), store, random: new SeededRandom(1), version: "1" });
  gateway.start();
  bridge.start();
  const own = air.radio({ mac: "02:00:00:00:00:a1" });
  new WLAN(WLAN.IF_STA, own).active(true);
  const node = new AIOESPNow(own);
  node.active(true);
  node.addPeer(radio.address(0));
  node.irq(() => { while (node.any()) console.log("told", new TextDecoder().decode(node.recv(0)[1])); });
  const say = async (...message) => { await node.asend(radio.address(0), JSON.stringify(message)); await sleep(20, { radio }); };
  const command = async () => {
    broker.publish({ topic: "espnow/bridge/request/send", payload: JSON.stringify({ node: "0200000000a1", text: "x".repeat(1000) }) });
    await sleep(50, { radio });
    const answer = JSON.parse(broker.published.findLast(({ topic }) => topic === "espnow/bridge/response/send").payload);
    console.log("command", answer.error ?? answer.status);
  };
  await say("a/b", "1", true, 0);
  const fill = () => { try { writeFileSync(DISK + "/filler", Buffer.alloc(2e6)); } catch (error) { console.log(error.code); } };
  fill();
  await say("a/b", "y".repeat(900), true, 0);
  await command();
  console.log("problem", gateway.storeHealth.problem);
  console.log("state", JSON.parse(broker.retained.get("espnow/0200000000a1")).b.length);
  rmSync(DISK + "/filler");
  await command();
  await say("a/b", "3", true, 0);
  console.log("problem", gateway.storeHealth.problem, broker.retained.get("a/b"));
  process.exit(0);
`);

describe("the store of a gateway", () => {
  test("on a disk that becomes full: promises are refused with the reason, the rest goes on, and then all is well again", async () => {
    const { stdout } = await onDisk(FULL_WHILE_RUNNING);
    const lines = stdout
      .replaceAll(/told x+\n/g, "")
      .replaceAll(folder, "DISK")
      .trim()
      .split("\n");
    const full = "the store DISK/gateway.db cannot be written: the disk is full";
    expect(lines.filter((line) => line !== "ENOSPC" && line !== "told ACK")).toEqual([
      expect.stringMatching(/^told BAD$/),
      `command ${full}`,
      `problem ${full}`,
      "state 900",
      "command ok",
      "problem undefined 3",
    ]);
  });

  test("on a disk that is full from the start is refused, and what is there stays", async () => {
    const { stdout, stderr } = await onDisk(
      `${STORE}; cd "$DISK"; ${FILL}; ${start('--store "$DISK/new.db"')}; rm "$DISK/filler"; ${SHOW}`,
    );
    expect(stdout).toBe("code 3\n1 kept\n");
    expect(stderr).toBe(`espnow: the store ${folder}/new.db cannot be written: the disk is full\n`);
  });

  test("on a read-only disk is refused, and what is there stays", async () => {
    const { stdout, stderr } = await onDisk(
      `${STORE}; cd /; mount -o remount,ro "$DISK"; ${start('--store "$DISK/gateway.db"')}; mount -o remount,rw "$DISK"; ${SHOW}`,
    );
    expect(stdout).toBe("code 3\n1 kept\n");
    expect(stderr).toBe(`espnow: the store ${folder}/gateway.db cannot be written: it, or its folder, is read-only\n`);
  });

  test("that is damaged is refused, and left as it is", async () => {
    const { stdout, stderr } = await onDisk(
      `${STORE}; cd "$DISK"; dd if=/dev/urandom of=gateway.db bs=512 seek=2 count=20 conv=notrunc 2>/dev/null; sha256sum gateway.db; ${start('--store "$DISK/gateway.db"')}; cd "$DISK"; sha256sum gateway.db; ls`,
    );
    const [before, code, after, ...files] = stdout.trim().split("\n");
    expect([code, after]).toEqual(["code 3", before]);
    expect(files.filter((file) => !file.startsWith("gateway.db"))).toEqual([]);
    expect(stderr).toMatch(/^espnow: the store \S+gateway\.db is damaged or no store; move it away .*\n$/);
  });

  test("with a damaged record is refused, and the record named", async () => {
    const damage = program(`
      import { openStore } from "espnow-gateway/sqlite";
      const store = await openStore(process.env.DISK + "/gateway.db");
      store.put("mailbox", "000000000007", "{");
      await store[Symbol.asyncDispose]();
    `);
    const { stdout, stderr } = await onDisk(`${damage}; ${start('--store "$DISK/gateway.db"')}`);
    expect(stdout).toBe("code 3\n");
    expect(stderr).toMatch(
      /^espnow: the record 000000000007 of the store's mailbox is damaged; move the store away .*\n$/,
    );
  });

  test("whose files may not grow says so", async () => {
    const { stdout, stderr } = await onDisk(
      `${STORE}; (trap "" XFSZ; ulimit -f 8; ${start('--store "$DISK/new.db"')}); ${SHOW}`,
    );
    expect(stdout).toBe("code 3\n1 kept\n");
    expect(stderr).toMatch(
      /^espnow: the store \S+new\.db cannot be written: the disk fails, or files may not be so large/,
    );
  });
});
