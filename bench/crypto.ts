import { createCipheriv } from "node:crypto";
import type { AeadFactory } from "../packages/aioespnow/dist/crypto/aead.js";
import { type Bench, type Figure, rate } from "./report.ts";

/** The action frame body of a 250-byte message (docs/protocol.md 1.2). */
const BODY_LENGTH = 265;
const MIC_LENGTH = 8;

/** The providers are no public export of the library: they are taken from its build. */
async function providers(): Promise<[string, AeadFactory | undefined, string][]> {
  const built = (file: string) => import(new URL(`../../packages/aioespnow/dist/crypto/${file}`, import.meta.url).href);
  const { nodeAead } = (await built("node-aead.js")) as { nodeAead: AeadFactory | undefined };
  const { nobleAead } = (await built("noble-aead.js")) as { nobleAead: AeadFactory };
  return [
    ["node:crypto", nodeAead, ">= 300 k/s"],
    ["JavaScript", nobleAead, ">= 75 k/s"],
  ];
}

function* sealAndOpen(name: string, createAead: AeadFactory, target: string, operations: number): Iterable<Figure> {
  const aead = createAead(new Uint8Array(16).fill(7));
  const nonce = new Uint8Array(13);
  const aad = new Uint8Array(22);
  const bytes = new Uint8Array(BODY_LENGTH + MIC_LENGTH);
  const seal = rate(operations, () => {
    for (let i = 0; i < operations; i++) aead.seal(nonce, aad, bytes, 0, BODY_LENGTH);
  });
  yield { name: `crypto, ${name}: seal ${BODY_LENGTH} bytes`, value: seal / 1000, unit: "k/s", target };

  bytes.fill(1);
  aead.seal(nonce, aad, bytes, 0, BODY_LENGTH);
  const sealed = bytes.slice();
  const open = rate(operations, () => {
    for (let i = 0; i < operations; i++) {
      bytes.set(sealed);
      if (!aead.open(nonce, aad, bytes, 0, BODY_LENGTH)) throw new Error("the MIC must fit");
    }
  });
  yield { name: `crypto, ${name}: open ${BODY_LENGTH} bytes`, value: open / 1000, unit: "k/s", target };
}

/** What node:crypto's own mode for it does: a cipher object for each message. The figure to compare with. */
function nodeCcm(operations: number): Figure {
  const key = new Uint8Array(16).fill(7);
  const nonce = new Uint8Array(13);
  const aad = new Uint8Array(22);
  const body = new Uint8Array(BODY_LENGTH);
  const seal = rate(operations, () => {
    for (let i = 0; i < operations; i++) {
      const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: MIC_LENGTH });
      cipher.setAAD(aad, { plaintextLength: BODY_LENGTH });
      cipher.update(body);
      cipher.final();
      cipher.getAuthTag();
    }
  });
  return { name: `crypto, peer: node's aes-128-ccm, seal ${BODY_LENGTH} bytes`, value: seal / 1000, unit: "k/s" };
}

/** AES-128-CCM over one encrypted 250-byte message, with one key. */
export const crypto: Bench = async function* (smoke) {
  const operations = smoke ? 1000 : 20_000;
  for (const [name, createAead, target] of await providers()) {
    if (createAead !== undefined) yield* sealAndOpen(name, createAead, target, operations);
  }
  yield nodeCcm(operations);
};
