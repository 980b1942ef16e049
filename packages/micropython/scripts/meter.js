/**
 * Loops of MicroPython's C code take steps, so that a program can be suspended in them too: arithmetic with integers of a
 * million digits, a search, a comparison of nested lists, a regular expression.
 */

/** mp_execute_bytecode: its loops are the program's own, which take fuel. */
const BYTECODE = 972;
/**
 * gc.c and malloc: what they hold is whole only outside of them, so they are not suspended. Nor do they take steps, of which
 * each allocation would take many: it looks through the heap once at most. After a collection none are left
 * (src/vm/collector.ts).
 */
const MEMORY = [...range(18, 28), ...range(1418, 1424)];
/** qstr_hash, qstr_len, qstr_str, qstr_data: they look for a name's pool, of which each is twice as long as that before it. */
const NAME_OF_NUMBER = [36, 37, 38, 39];
/** qstr_find_strn: whatever makes a text asks whether it is a name. A pool of names takes steps by its length. */
const NAMES = 33;
const NAMES_A_STEP = 8;
const UNMETERED = [BYTECODE, ...MEMORY, ...NAME_OF_NUMBER];
/** re1_5_recursiveloopprog */
const REGULAR_EXPRESSION = 1093;
/** A level of it takes so many bytes of C's stack, about as on a board: MicroPython's own check of the stack ends it. */
const LEVEL_BYTES = 64;
/** So many bytes are copied or filled in the time of a step. */
const BYTES_A_STEP = 16;

const TAKE_OR_PAUSE = `(if (i32.lt_s (global.get $steps) (i32.const 0)) (then (call $out_of_steps)))
  (global.set $steps (i32.sub (global.get $steps) (i32.const 1)))`;
// $5: the pool; offset 12: how many names are in it.
const TAKE_FOR_POOL = `(global.set $steps (i32.sub (global.get $steps)
  (i32.div_u (i32.load offset=12 (local.get $5)) (i32.const ${NAMES_A_STEP}))))`;

const HELPERS = [
  ...["copy", "fill"].map(
    (name) => ` (func $memory_${name} (param $to i32) (param $what i32) (param $length i32)
  (global.set $steps (i32.sub (global.get $steps) (i32.div_u (local.get $length) (i32.const ${BYTES_A_STEP}))))
  (memory.${name} (local.get $to) (local.get $what) (local.get $length)))`,
  ),
  ` (func $${REGULAR_EXPRESSION} (param $0 i32) (param $1 i32) (param $2 i32) (param $3 i32) (param $4 i32) (result i32)
  (local $result i32)
  (global.set $global$0 (i32.sub (global.get $global$0) (i32.const ${LEVEL_BYTES})))
  (local.set $result (call $match (local.get $0) (local.get $1) (local.get $2) (local.get $3) (local.get $4)))
  (global.set $global$0 (i32.add (global.get $global$0) (i32.const ${LEVEL_BYTES})))
  (local.get $result))`,
];

/** A module's text with what takes steps. Out of them, a loop calls the import `out_of_steps`, which gives new ones. */
export function metered(text) {
  const [head, ...functions] = text.split("\n (func ");
  const imports = head.replace(/\n \(global /, '\n (import "env" "out_of_steps" (func $out_of_steps))\n (global ');
  const declared = imports.replace(
    /\n \(export /,
    ["", " (global $$steps (mut i32) (i32.const 0))", ' (export "steps" (global $$steps))', " (export "].join("\n"),
  );
  const changed = functions.map((body) => inFunction(Number(/^\$(\d+)/.exec(body)?.[1]), body));
  return [[declared, ...HELPERS].join("\n"), ...changed].join("\n (func ");
}

function inFunction(number, body) {
  const copying = body.replaceAll(/\(memory\.(copy|fill)(?=\s)/g, "(call $$memory_$1");
  if (UNMETERED.includes(number)) return copying;
  if (number === NAMES) return copying.replace(/\(loop \$label3/, `$& ${TAKE_FOR_POOL}`);
  const named = number === REGULAR_EXPRESSION ? copying.replace(/^\$\d+/, "$$match") : copying;
  return named.replaceAll(/\(loop \$label\d*( \(result \w+\))?/g, (loop) => `${loop} ${TAKE_OR_PAUSE}`);
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}
