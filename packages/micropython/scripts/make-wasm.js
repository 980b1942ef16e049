// Makes wasm/micropython.wasm: MicroPython's own WebAssembly module, changed so that a program in it can be suspended at
// any call (Binaryen's asyncify) and in any loop. Does nothing where that is up to date. `npm run build` runs it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { metered } from "./meter.js";

const SOURCE = "@micropython/micropython-webassembly-pyscript/micropython.wasm";
/** Of MicroPython 1.27.0: the one release whose inside is known here, and in src/vm/layout.ts. */
const SOURCE_SHA256 = "06338c955b03c5700aa0069015d3e392d76836ef8e2ce25bedbe59b88ccd373c";
const BINARYEN = "132.0.0";

const target = new URL("../wasm/micropython.wasm", import.meta.url);
const stamp = new URL("../wasm/made-from.txt", import.meta.url);

/** The imports at which a program may be suspended: src/vm/imports.ts. */
const SUSPENDING = [
  "env.invoke_*",
  "env.call0",
  "env.call1",
  "env.calln",
  "env.mp_js_ticks_ms",
  "env.out_of_steps",
  "wasi_snapshot_preview1.fd_read",
  "wasi_snapshot_preview1.fd_write",
];

/** Functions of MicroPython's C code by their numbers: they have no names. `holds`: what shows that it is the right one. */
const EXPORTS = {
  nlr_jump: { number: 6, holds: /\(call \$1219\s/ },
  gc_collect_start: { number: 18, holds: /\(i32\.store offset=185108\s+\(i32\.const 416\)\s+\(i32\.const 0\)/ },
  gc_collect_end: { number: 20, holds: /\(i32\.const 65534\)/ },
};

/** Where the bit stands of a name with the hash $0. */
const NAME_BYTE =
  "(i32.add (global.get $$names) (i32.shr_u (i32.and (local.get $$0) (i32.const 65535)) (i32.const 3)))";

/** Of 65,536 bytes: what a board has at its start fits into the first. */
const FIRST_PAGES = 16;
const LAST_PAGES = 259;

/** Changes of MicroPython's code; each is found once. */
const CHANGES = [
  {
    why: "A backward jump takes fuel, and without fuel MicroPython looks for what is pending: through an import.",
    from: /\(br_if (\$label\d+)\s+\(i32\.load16_u offset=185108\s+\(i32\.const 252\)\s+\)\s+\)/,
    to: `(br_if $1 (if (result i32) (i32.eqz (global.get $$fuel)) (then (i32.const 0)) (else
      (global.set $$fuel (i32.sub (global.get $$fuel) (i32.const 1)))
      (i32.load16_u offset=185108 (i32.const 252)))))`,
  },
  {
    why: "An exception that nobody catches ends MicroPython; it does not make it spin.",
    from: /\(func \$1219 \(param \$0 i32\)\s+\(loop \$label\s+\(br \$label\)\s+\)\s+\)/,
    to: "(func $$1219 (param $$0 i32) (unreachable))",
  },
  {
    why: "A part of the heap is given back only where its first block is free too: MicroPython looks at those behind it.",
    from: new RegExp(
      String.raw`\(br_if (\$block\d+)\s+\(i32\.eqz\s+\(local\.get \$4\)\s+\)\s+\)` +
        String.raw`(?=\s+\(local\.set \$2\s+\(local\.get \$6\)\s+\)\s+\(br \$block\d+\)\s+\)\s+\(i32\.store\s+\(local\.get \$2\)` +
        String.raw`\s+\(i32\.load\s+\(local\.get \$6\)\s+\)\s+\)\s+\(call \$1420\s)`,
    ),
    // $4: the last block in use; $6: the part, whose second word is the table of its blocks, two bits each.
    to: `(br_if $1 (i32.and (i32.eqz (local.get $$4))
      (i32.eqz (i32.and (i32.load8_u (i32.load offset=4 (local.get $$6))) (i32.const 3)))))`,
  },
  {
    why: "The parser computes with constants and leaves aside what raises, but not a KeyboardInterrupt.",
    from: new RegExp(
      String.raw`\(loop (\$label\d*)\s+\(br_if (\$block\d+)\s+\(local\.get \$5\)\s+\)` +
        String.raw`(?=\s+\(i32\.store offset=186852\s+\(i32\.const 0\)\s+\(i32\.const 0\)\s+\)` +
        String.raw`\s+\(local\.set \$8\s+\(call \$fimport\$1\s+\(i32\.const 8\)\s)`,
    ),
    // $4 + 8: the nlr_buf_t, whose second word is the exception; 185176: mp_kbd_exception; $6: nlr_jump.
    to: `(loop $1 (if (local.get $$5) (then
      (if (i32.eq (i32.load offset=12 (local.get $$4)) (i32.const 185176))
        (then (call $$6 (i32.load offset=12 (local.get $$4)))))
      (br $2)))`,
  },
  {
    why: "A text of whose hash no name is, is none: that is seen at once (src/vm/names.ts). $6: the hash.",
    from: /\(loop (\$label\d*)(?=\s+\(local\.set \$3\s+\(i32\.load offset=12\s+\(local\.get \$5\)\s+\)\s+\)\s+\(local\.set \$4\s+\(i32\.const 0\)\s+\)\s+\(block \$block2\s+\(br_if \$block2\s+\(i32\.gt_s)/,
    to: `(if (global.get $$names) (then (br_if $$block1 (i32.eqz (i32.and (i32.const 1) (i32.shr_u
      (i32.load8_u (i32.add (global.get $$names) (i32.shr_u (local.get $$6) (i32.const 3))))
      (i32.and (local.get $$6) (i32.const 7))))))))
      (loop $1`,
  },
  {
    why: "The bit of a name that is added. $0: its hash.",
    from: /(?=\(i32\.store16\s+\(i32\.add\s+\(local\.get \$5\)\s+\(i32\.shl\s+\(local\.get \$2\)\s+\(i32\.const 1\)\s+\)\s+\)\s+\(local\.get \$0\)\s+\)\s+\(i32\.store8\s+\(i32\.add\s+\(local\.get \$6\)\s+\(local\.get \$2\)\s+\)\s+\(local\.get \$1\)\s+\)\s+\(i32\.store offset=24)/,
    to: `(if (global.get $$names) (then (i32.store8 ${NAME_BYTE}
      (i32.or (i32.load8_u ${NAME_BYTE}) (i32.shl (i32.const 1) (i32.and (local.get $$0) (i32.const 7)))))))
      `,
  },
  {
    why: "gc_collect only notes that it was asked for, and the host learns of it: to read the note before each call takes time.",
    from: /\(func \$1218\s+(?=\(i32\.store8 offset=186124\s+\(i32\.const 0\)\s+\(i32\.const 1\)\s+\)\s+\))/,
    to: "(func $$1218 (call $$collection_wanted) ",
  },
  {
    why: "That import.",
    from: /\n \(global \$global\$0 /,
    to: '\n (import "env" "collection_wanted" (func $$collection_wanted))\n (global $$global$$0 ',
  },
  {
    why: "It begins with less memory than it may have, and grows up to where src/vm/memory.ts ends it.",
    from: /\(memory \$0 259 /,
    to: `(memory $$0 ${FIRST_PAGES} `,
  },
  {
    why: "Memory behind that is not its own.",
    from: /\(i32\.shl\s+\(memory\.size\)\s+\(i32\.const 16\)\s+\)/,
    to: `(i32.shl (select (memory.size) (i32.const ${LAST_PAGES}) (i32.lt_u (memory.size) (i32.const ${LAST_PAGES})))
      (i32.const 16))`,
  },
  {
    why: "What the host calls, and the fuel that it gives.",
    from: /\n \(export "memory"/,
    to: [
      ...["fuel", "names"].map(
        (name) => ` (global $$${name} (mut i32) (i32.const 0)) (export "${name}" (global $$${name}))`,
      ),
      ...Object.entries(EXPORTS).map(([name, { number }]) => ` (export "${name}" (func $$${number}))`),
      ' (export "memory"',
    ].join("\n"),
  },
];

const source = readFileSync(createRequire(import.meta.url).resolve(SOURCE));
const scripts = ["make-wasm.js", "meter.js"].map((name) => readFileSync(new URL(name, import.meta.url)));
if (sha256(source) !== SOURCE_SHA256) throw new Error(`${SOURCE} is not that of MicroPython 1.27.0`);
const madeFrom = `${sha256(source)} ${sha256(Buffer.concat(scripts))} binaryen ${BINARYEN}\n`;
if (!existsSync(target) || !existsSync(stamp) || readFileSync(stamp, "utf8") !== madeFrom) await make();

async function make() {
  const { default: binaryen } = await import("binaryen").catch((cause) => {
    throw new Error("binaryen is not installed: run npm ci", { cause });
  });
  const module = binaryen.parseText(metered(withStackPointers(changed(textOf(binaryen)))));
  const { MutableGlobals, SignExt, BulkMemory, BulkMemoryOpt, NontrappingFPToInt, Multivalue, ReferenceTypes } =
    binaryen.Features;
  // No more than the original has: Node 20 takes the result.
  module.setFeatures(
    MutableGlobals | SignExt | BulkMemory | BulkMemoryOpt | NontrappingFPToInt | Multivalue | ReferenceTypes,
  );
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  module.optimize();
  binaryen.setPassArgument("asyncify-imports", SUSPENDING.join(","));
  module.runPasses(["asyncify"]);
  module.optimize();
  write(target, module.emitBinary());
  write(stamp, madeFrom);
}

function textOf(binaryen) {
  const module = binaryen.readBinary(source);
  const text = module.emitText();
  module.dispose();
  return text;
}

function changed(text) {
  for (const [name, { number, holds }] of Object.entries(EXPORTS)) {
    const start = text.indexOf(`\n (func $${number} `) + 1 || text.indexOf(`\n (func $${number}\n`) + 1;
    if (!holds.test(text.slice(start, text.indexOf("\n (func ", start)))) throw new Error(`${name} is not $${number}`);
  }
  return CHANGES.reduce((changing, { why, from, to }) => {
    const found = changing.match(new RegExp(from, "g"))?.length ?? 0;
    if (found !== 1) throw new Error(`${found} places instead of one: ${why}`);
    return changing.replace(from, to);
  }, text);
}

/** Each `invoke_*` is told the C stack's pointer, which it would else ask for by a call back (src/vm/gate.ts). */
function withStackPointers(text) {
  const invokes = [...text.matchAll(/\(import "env" "invoke_\w+" \(func (\$fimport\$\d+) /g)].map(([, name]) => name);
  return text.replaceAll(/\((func|call) (\$fimport\$\d+)(?=\s)/g, (found, kind, name) => {
    if (!invokes.includes(name)) return found;
    return `${found} ${kind === "func" ? "(param i32)" : "(global.get $global$0)"}`;
  });
}

/** Others that build at the same time see a whole file, or none. */
function write(file, content) {
  mkdirSync(new URL(".", file), { recursive: true });
  const unfinished = new URL(`${file.href}.${process.pid}`);
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
