import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startThread } from "#lib/util/own-thread.ts";

test("what a thread says last is heard before its end, also by a thread that is busy then", async () => {
  const folder = mkdtempSync(join(tmpdir(), "own-thread-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "worker.mjs");
  writeFileSync(
    file,
    `import { workerData } from "node:worker_threads";
    workerData.port.postMessage("last words");
    Atomics.store(workerData.said, 0, 1);
    Atomics.notify(workerData.said, 0);`,
  );
  for (let n = 0; n < 10; n++) {
    const said = new Int32Array(new SharedArrayBuffer(4));
    const { thread, port } = startThread<string, never>(pathToFileURL(file), { said });
    const heard: string[] = [];
    port.onMessage = (message) => heard.push(message);
    const ended = new Promise<readonly string[]>((resolve) => thread.on("exit", () => resolve([...heard])));
    Atomics.wait(said, 0, 0);
    expect(await ended).toEqual(["last words"]);
    port.close();
  }
});
