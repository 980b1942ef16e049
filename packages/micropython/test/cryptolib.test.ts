import { createCipheriv, createHash } from "node:crypto";
import { expect, test } from "vitest";
import { linesOf, python } from "./on-a-board.ts";

const KEY = "0123456789abcdef0123456789ABCDEF";
const IV = "fedcba9876543210";
const DATA = "attack at dawn! ".repeat(600);

function encrypted(mode: "ecb" | "cbc" | "ctr", keyLength: number, data = DATA): string {
  const iv = mode === "ecb" ? null : IV;
  const cipher = createCipheriv(`aes-${8 * keyLength}-${mode}`, KEY.slice(0, keyLength), iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]).toString("hex");
}

test("AES encrypts and decrypts as others do, in one piece and in many", async () => {
  const source = python`
    from cryptolib import aes
    import ucryptolib
    KEY, IV, DATA = b"0123456789abcdef0123456789ABCDEF", b"fedcba9876543210", b"attack at dawn! " * 600
    for mode, step in ((1, 16), (2, 160), (6, 7)):
        for length in (16, 32):
            iv = () if mode == 1 else (IV,)
            c = aes(KEY[:length], mode, *iv)
            pieces = b"".join(c.encrypt(DATA[i : i + step]) for i in range(0, len(DATA), step))
            whole = bytearray(len(DATA))
            assert ucryptolib.aes(KEY[:length], mode, *iv).encrypt(DATA, whole) is whole
            assert whole == pieces and aes(KEY[:length], mode, *iv).decrypt(pieces) == DATA
            print(pieces.hex())
  `;
  expect(await linesOf(source)).toEqual(
    (["ecb", "cbc", "ctr"] as const).flatMap((mode) => [encrypted(mode, 16), encrypted(mode, 32)]),
  );
});

test("AES refuses what a board refuses", async () => {
  const source = python`
    from cryptolib import aes
    def error(call, *args):
        try:
            call(*args)
        except ValueError as e:
            return str(e)
    print(error(aes, b"short", 1), error(aes, b"x" * 16, 3), error(aes, b"x" * 16, 2), error(aes, b"x" * 16, 2, b"x"))
    c = aes(b"x" * 16, 1)
    print(error(c.encrypt, b"x"), error(c.encrypt, bytes(16), bytearray(4)), error(c.decrypt, bytes(16)))
  `;
  expect(await linesOf(source)).toEqual(["key mode IV IV", "blksize % 16 output too small can't encrypt & decrypt"]);
});

test("hashlib has the hashes of a board", async () => {
  const source = python`
    import hashlib
    for kind in ("md5", "sha1", "sha256"):
        h = getattr(hashlib, kind)(b"first ")
        for i in range(300):
            h.update(b"a piece of it, one of many; ")
        print(h.digest().hex())
  `;
  const data = `first ${"a piece of it, one of many; ".repeat(300)}`;
  expect(await linesOf(source)).toEqual(
    ["md5", "sha1", "sha256"].map((kind) => createHash(kind).update(data).digest("hex")),
  );
});
