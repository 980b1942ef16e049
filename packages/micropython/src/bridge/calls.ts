// bridge: What programs and their boards say to each other: one table of calls, events, and ends. Python and TypeScript
// are made from, or compared with, the same table. It knows no VM and no board.

/** How bytes that go with a call are packed: as they are, as UTF-8, or as a little-endian double. */
type Packing = "bytes" | "text" | "f64";

/** One operation that a program asks of its board. */
interface CallShape {
  /** Up to three whole numbers of 32 bits, by name. */
  readonly numbers?: readonly string[];
  /** What goes with them, and how it is packed. */
  readonly data?: Readonly<Record<string, Packing>>;
  /** What comes back: nothing, a number that is not negative, bytes, or a little-endian double. */
  readonly result?: "number" | "bytes" | "f64";
}

/**
 * All operations of the bridge between a program and its board: the one place where they are listed. Their numbers are
 * their places; python/_calls.py is made from this (test/calls.test.ts). None of them waits: a program waits by
 * `_bridge.wait`, by reading what is typed, and by writing where its output is not taken.
 */
export const CALLS = {
  program_start: { result: "bytes" },
  program_failed: { data: { traceback: "text" } },
  repl_prompt: {},
  repl_set_raw: { numbers: ["isRaw"] },

  espnow_board: { result: "number" },
  espnow_limit: { result: "number" },
  espnow_rxbuf: { result: "number" },
  espnow_active: { numbers: ["isActive", "rxbuf"] },
  espnow_rate: { numbers: ["rate"] },
  espnow_irq: { numbers: ["isWanted"] },
  espnow_take: { numbers: ["length"], result: "bytes" },
  espnow_drop_all: {},
  espnow_station: { numbers: ["number"], result: "bytes" },
  espnow_send: { numbers: ["high", "low"], data: { message: "bytes" }, result: "number" },
  espnow_elapse: { numbers: ["ms"], result: "number" },
  espnow_stats: { result: "bytes" },
  espnow_set_pmk: { data: { key: "bytes" } },
  espnow_add_peer: { numbers: ["channel", "iface"], data: { peer: "bytes" } },
  espnow_mod_peer: { numbers: ["channel", "iface"], data: { peer: "bytes" } },
  espnow_del_peer: { data: { mac: "bytes" } },
  espnow_get_peer: { data: { mac: "bytes" }, result: "bytes" },
  espnow_get_peers: { numbers: ["first"], result: "bytes" },
  espnow_peer_count: { result: "bytes" },

  wlan_active: { numbers: ["iface", "active"], result: "number" },
  wlan_mac: { numbers: ["iface"], result: "bytes" },
  wlan_set_mac: { numbers: ["iface"], data: { mac: "bytes" } },
  wlan_channel: { numbers: ["channel"], result: "number" },
  wlan_txpower: { numbers: ["quarters"], result: "number" },
  wlan_protocol: { numbers: ["iface", "protocol"], result: "number" },
  wlan_connect: { numbers: ["retries"], data: { ssidAndPassword: "text" } },
  wlan_disconnect: {},
  wlan_status: { result: "number" },
  wlan_sweep: {},
  wlan_scan: { result: "bytes" },

  net_address: { result: "bytes" },
  net_resolve: { data: { name: "text" }, result: "bytes" },
  net_open: { numbers: ["socket", "isStream"] },
  net_close: { numbers: ["socket"] },
  net_bind: { numbers: ["socket", "port"] },
  net_connect: { numbers: ["socket", "address", "port"] },
  net_listen: { numbers: ["socket", "backlog"] },
  net_accept: { numbers: ["socket", "accepted"], result: "bytes" },
  net_events: { numbers: ["socket"], result: "number" },
  net_check: { numbers: ["socket"] },
  net_read: { numbers: ["socket", "length", "toLineEnd"], result: "bytes" },
  net_write: { numbers: ["socket"], data: { bytes: "bytes" }, result: "number" },
  net_send: { numbers: ["socket", "address", "port"], data: { bytes: "bytes" } },
  net_receive: { numbers: ["socket", "length"], result: "bytes" },
  net_tls_set: { numbers: ["socket", "setting"], data: { value: "bytes" } },
  net_start_tls: { numbers: ["socket", "isServer", "verify"] },

  crypto_aes: { numbers: ["mode", "isEncryption", "keyLength"], data: { keyIvAndBytes: "bytes" }, result: "bytes" },
  crypto_hash: { numbers: ["hash", "kind", "isLast"], data: { bytes: "bytes" }, result: "bytes" },

  machine_board: { result: "number" },
  machine_unique_id: { result: "bytes" },
  machine_reset_cause: { result: "number" },
  machine_wake_reason: { result: "number" },
  machine_ticks_us: { result: "number" },
  machine_missed: { numbers: ["kind"] },
  machine_has_sd_card: { result: "number" },
  machine_temperature: { result: "f64" },
  machine_restart: { numbers: ["cause"], data: { afterMs: "f64" } },
  machine_sleep: { result: "number" },
  machine_was_woken: { result: "number" },
  machine_wake: {},
  machine_wake_touch: { numbers: ["isWanted"] },
  machine_wake_pins: { numbers: ["reason", "how"], data: { pins: "bytes" } },

  rtc_read: { result: "f64" },
  rtc_write: { data: { ms: "f64" } },
  rtc_memory: { result: "bytes" },
  rtc_set_memory: { data: { memory: "bytes" } },
  nvs_has: { data: { key: "text" }, result: "number" },
  nvs_get: { data: { key: "text" }, result: "bytes" },
  nvs_erase: { data: { key: "text" }, result: "number" },
  nvs_set: { numbers: ["keyLength"], data: { keyAndValue: "bytes" } },

  partition_table: { result: "bytes" },
  partition_running: { result: "number" },
  partition_boot: { result: "number" },
  partition_set_boot: { numbers: ["index"], result: "number" },
  partition_mark_valid: {},
  partition_read: { numbers: ["index", "offset", "length"], result: "bytes" },
  partition_write: { numbers: ["index", "offset"], data: { written: "bytes" } },

  pin_set_up: { numbers: ["pin", "mode", "pull"] },
  pin_read: { numbers: ["pin"], result: "number" },
  pin_write: { numbers: ["pin", "level"] },
  pin_irq: { numbers: ["pin", "trigger"] },
  pin_bitstream: { numbers: ["pin"], data: { bits: "bytes" } },
  pin_pulses: { numbers: ["pin"], data: { pulses: "bytes" } },
  pin_came_us: { numbers: ["pin", "level"], result: "number" },
  touch_read: { numbers: ["pin"], result: "number" },
  touch_config: { numbers: ["pin", "threshold"] },
  adc_read: { numbers: ["pin"], result: "number" },
  pwm_write: { numbers: ["pin", "freq", "duty"] },
  dht_read: { numbers: ["pin"], result: "bytes" },

  i2c_scan: { numbers: ["bus"], result: "bytes" },
  i2c_write: { numbers: ["bus", "address"], data: { written: "bytes" }, result: "number" },
  i2c_read: { numbers: ["bus", "address", "length"], result: "bytes" },
  spi_transfer: { numbers: ["bus"], data: { written: "bytes" }, result: "bytes" },
  uart_set_up: { numbers: ["uart", "capacity"] },
  uart_write: { numbers: ["uart"], data: { written: "bytes" } },
  uart_irq: { numbers: ["uart", "isWanted"] },
  uart_any: { numbers: ["uart"], result: "number" },
  uart_read: { numbers: ["uart", "length"], result: "bytes" },
  uart_read_line: { numbers: ["uart", "length"], result: "bytes" },
  onewire_scan: { numbers: ["pin"], result: "bytes" },
  onewire_temperature: { numbers: ["pin"], data: { rom: "bytes" }, result: "f64" },

  timer_start: { numbers: ["timer", "isPeriodic"], data: { periodMs: "f64" } },
  timer_stop: { numbers: ["timer"] },
  wdt_feed: { data: { timeoutMs: "f64" } },

  house_put: { data: { part: "bytes" } },
  house_ask: { data: { request: "bytes" }, result: "bytes" },
  house_more: { result: "bytes" },
} as const satisfies Readonly<Record<string, CallShape>>;

export type CallName = keyof typeof CALLS;

type Shape<N extends CallName> = (typeof CALLS)[N];
type Numbers<S> = S extends { readonly numbers: readonly (infer K extends string)[] }
  ? { readonly [P in K]: number }
  : unknown;
type Values = { bytes: Uint8Array; text: string; f64: number };
type Data<S> = S extends { readonly data: infer D }
  ? { readonly [P in keyof D]: D[P] extends Packing ? Values[D[P]] : never }
  : unknown;
type Result<S> = S extends { readonly result: "bytes" }
  ? Uint8Array
  : S extends { readonly result: "number" | "f64" }
    ? number
    : unknown;

/**
 * Answers the calls of one name at once. What it throws is raised in Python: a Refusal as OSError, an EspNowError as OSError
 * with number and name, RangeError and TypeError as ValueError. Anything else, a failed expectation of a test for example, ends the
 * program.
 */
export type Handler<N extends CallName> = (call: Numbers<Shape<N>> & Data<Shape<N>>) => Result<Shape<N>>;

/** A call as it comes from Python. */
export interface RawCall {
  readonly numbers: readonly number[];
  readonly data: Uint8Array;
}

/** The answer to a call: a number, and bytes. */
export interface RawAnswer {
  readonly result: number;
  readonly reply: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** The names of calls, in the order of their numbers. */
export const CALL_NAMES = Object.keys(CALLS) as readonly CallName[];

const SHAPES = Object.values(CALLS).map(({ numbers = [], data = {}, result }: CallShape) => {
  const [packed] = Object.entries(data);
  return { numbers, packed, result };
});

/** What a handler answers to a call by number, whose arguments have no names. */
export function rawAnswer(op: number, handler: (call: never) => unknown, call: RawCall): RawAnswer {
  const { numbers, packed, result } = SHAPES[op] as (typeof SHAPES)[number];
  const named: Record<string, unknown> = {};
  for (let index = 0; index < numbers.length; index++) named[numbers[index] as string] = call.numbers[index];
  if (packed !== undefined) named[packed[0]] = unpacked(packed[1], call.data);
  const answer = handler(named as never);
  if (result === "bytes") return { result: (answer as Uint8Array).length, reply: answer as Uint8Array };
  if (result === "f64") return { result: 0, reply: doubleBytes(answer as number) };
  return { result: result === "number" ? (answer as number) : 0, reply: NO_BYTES };
}

function unpacked(packing: Packing, data: Uint8Array): unknown {
  if (packing === "text") return new TextDecoder().decode(data);
  if (packing === "bytes") return data;
  return new DataView(data.buffer, data.byteOffset).getFloat64(0, true);
}

function doubleBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}
