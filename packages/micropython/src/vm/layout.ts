/**
 * Variables of MicroPython 1.27.0, by their addresses in its memory: they have no names outside. The build makes sure that
 * it is that MicroPython (scripts/make-wasm.js).
 */
const STATE = 185_108; // mp_state_ctx
const MEM = STATE + 384; // its `mem`

export const Layout = {
  /** Where MicroPython's own memory ends, and that which it takes from malloc begins to end. (sbrk's variable) */
  break: 179_028,
  /** MP_STATE_THREAD(pystack_start) and (pystack_cur): the stack of Python's frames. */
  pystackStart: STATE + 8,
  pystackCurrent: STATE + 16,
  /** MP_STATE_MAIN_THREAD(mp_pending_exception), a pointer. */
  pendingException: STATE + 40,
  /** MP_STATE_VM(last_pool): of names. */
  lastPool: STATE + 48,
  /** MP_STATE_VM(sched_state), int16. */
  schedState: STATE + 252,
  /** MP_STATE_VM(sched_len), a byte: how many callbacks wait. */
  schedLength: STATE + 254,
  /** MP_STATE_MEM(area), the first of a list. */
  heapArea: MEM,
  /** MP_STATE_MEM(gc_stack_overflow), int32. */
  markOverflow: MEM + 32,
  /** MP_STATE_MEM(gc_alloc_amount), in blocks: since the last collection. */
  allocated: STATE + 936,
  /** external_call_depth: how many calls from outside are running. */
  externalCalls: 186_120,
  /** gc_collect_pending, a byte. */
  wantsCollection: 186_124,
  /** The table of builtin modules: names and addresses of two words; in it `js` and `jsffi`. */
  builtinModules: 95_816,
  javaScriptModules: [95_800, 95_808],
  /** mp_handle_pending(bool), in the table of functions. */
  handlePending: 505,
} as const;

/** A block of MicroPython's heap, bytes. */
export const HEAP_BLOCK = 16;

/** MICROPY_SCHEDULER_DEPTH */
export const SCHED_DEPTH = 4;

/** Of `schedState`: callbacks wait for the next jump, or none do. */
export const SCHED_PENDING = 0;
export const SCHED_IDLE = 1;
