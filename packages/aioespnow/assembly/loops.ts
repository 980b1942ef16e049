// biome-ignore-all lint/style/useConst: an air sets these (LoopMemory)

/**
 * The loops of src/phy/sim/receivers.ts, in AssemblyScript: what a frame does at everybody who can sense it. Thousands are
 * visited, and what they make of a frame cannot be foreseen: a processor that guesses wrong loses more time than the work
 * takes. So conditions are numbers here that lengthen a list or do not. Entries of rows are those of rows.ts, doors those of
 * stations.ts.
 */

/** Where the numbers of src/phy/sim/loop-memory.ts with these names are. */
export let powers: usize = 0;
export let gates: usize = 0;
export let mostPower: usize = 0;
export let counts: usize = 0;
export let row: usize = 0;
export let takers: usize = 0;
export let waiting: usize = 0;
export let drowned: usize = 0;
export let power: usize = 0;
export let tolerated: usize = 0;
export let idleAt: usize = 0;
export let navUntil: usize = 0;
export let eifsUntil: usize = 0;
export let lockedAt: usize = 0;
export let lock: usize = 0;
export let door: usize = 0;
export let tuned: usize = 0;
export let hearing: usize = 0;
export let deafTo: usize = 0;
export let contention: usize = 0;
export let addressed: usize = 0;

// Contention and Lock of stations.ts.
const NOT_CONTENDING: i32 = 0;
const READY: i32 = 2;
const FREE: i32 = 0;
const FIRST: i32 = 2;

/** Count of loop-memory.ts, in bytes: what a loop found beside what it returns. */
const WAITING: usize = 0;
const DROWNED: usize = 4;
const LOCKED: usize = 8;
const LOCKED_NOW: usize = 12;

function stationOf(entry: u32): u32 {
  return entry >>> 8;
}

function levelOf(entry: u32): u32 {
  return entry & 0xff;
}

function doorOf(channel: u32, gate: u32, level: u32): u32 {
  return (channel << 16) | (gate << 8) | level;
}

/** 1 or 0. */
function isReceivingSince(station: u32, startUs: f64): i32 {
  return i32(load<i32>(lock + (station << 2)) >= FIRST) & i32(load<f64>(lockedAt + (station << 3)) === startUs);
}

/** `value` where the condition holds, 0 where it does not: without a branch, which `select` is for floating point. */
function valueIf(condition: bool, value: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(value) & (0 - u64(condition)));
}

/**
 * A frame begins at the first `length` of `row`. Returns how many can take it: the first of `takers`. Those for whom the medium
 * becomes busy are in `waiting`; `drowned` are those who locked on another frame in this microsecond, and cannot take this one:
 * nobody, where no other frame began in it (`isAlone`).
 */
export function arrive(
  length: i32,
  channel: u32,
  startUs: f64,
  isAlone: bool,
  minLevel: u32,
  preambleSir: f64,
  shared: f64,
  sharedPower: f64,
): i32 {
  const end = row + (length << 2);
  let taker = takers;
  let waiter = waiting;
  let drowning = drowned;
  for (let at = row; at < end; at += 4) {
    const entry = load<u32>(at);
    const station = stationOf(entry);
    const face = load<u32>(door + (station << 2));
    if (face >>> 16 !== channel) continue;
    const level = levelOf(entry);
    const signal = load<f64>(powers + (level << 3));
    const own = load<f64>(power + (station << 3));
    const others = own + shared;
    const limit = load<f64>(tolerated + (station << 3));
    const isTogether = isAlone ? 0 : isReceivingSince(station, startUs);
    const isOpen = i32(level >= ((face >>> 8) & 0xff)) | isTogether;
    const isTaken = isOpen & i32(level >= minLevel) & i32(signal >= preambleSir * others);
    store<u32>(waiter, station);
    waiter += usize(i32(load<u8>(contention + station) !== NOT_CONTENDING) & i32(others === 0)) << 2;
    store<f64>(power + (station << 3), own + (signal - sharedPower));
    store<f64>(tolerated + (station << 3), valueIf(others + signal <= limit, limit));
    store<u32>(taker, entry);
    taker += usize(isTaken) << 2;
    if (isAlone) continue;
    store<u32>(drowning, station);
    drowning += usize(isTogether & ~isTaken) << 2;
  }
  store<i32>(counts + WAITING, i32(waiter - waiting) >> 2);
  store<i32>(counts + DROWNED, i32(drowning - drowned) >> 2);
  return i32(taker - takers) >> 2;
}

/**
 * Two preambles at once, neither of which stands out, are noise to a receiver (no PHY-RXSTART, so no EIFS): of the first `count`
 * of `drowned`, it leaves the one that it had locked on. Returns how many did.
 */
export function drown(count: i32, preambleSir: f64, shared: f64): i32 {
  const end = drowned + (count << 2);
  let left = 0;
  for (let at = drowned; at < end; at += 4) {
    const station = load<u32>(at);
    const signal = load<f64>(powers + ((load<u32>(door + (station << 2)) & 0xff) << 3));
    const others = load<f64>(power + (station << 3)) + shared - signal;
    if (!(signal < preambleSir * others)) continue;
    store<i32>(lock + (station << 2), FREE);
    store<u32>(door + (station << 2), doorOf(load<u8>(tuned + station), 0, 0));
    left++;
  }
  return left;
}

/** Of the first `count` of `takers`, those who understand the frame lock on it. Returns how many: the first of `takers`. */
export function lockOn(
  count: i32,
  id: i32,
  channel: u32,
  startUs: f64,
  isAlone: bool,
  modulation: u32,
  shared: f64,
): i32 {
  const end = takers + (count << 2);
  let taker = takers;
  let locked = 0;
  let lockedNow = 0;
  for (let at = takers; at < end; at += 4) {
    const entry = load<u32>(at);
    const station = stationOf(entry);
    if ((load<u8>(deafTo + station) & modulation) !== 0) continue;
    const level = levelOf(entry);
    const most = load<f64>(mostPower + (level << 3));
    store<u32>(taker, entry);
    taker += 4;
    locked += i32(load<i32>(lock + (station << 2)) >= FIRST);
    if (!isAlone) lockedNow += isReceivingSince(station, startUs);
    store<i32>(lock + (station << 2), id);
    store<f64>(lockedAt + (station << 3), startUs);
    store<u32>(door + (station << 2), doorOf(channel, load<u8>(gates + level), level));
    store<f64>(tolerated + (station << 3), valueIf(load<f64>(power + (station << 3)) + shared <= most, most));
  }
  store<i32>(counts + LOCKED, locked);
  store<i32>(counts + LOCKED_NOW, lockedNow);
  return i32(taker - takers) >> 2;
}

/**
 * The end of a frame at those of the first `count` of `takers` who are receiving it still: they are free. Returns how many of them
 * have it unspoiled: the first of `takers`.
 */
export function unlock(count: i32, id: i32, channel: u32, spoiledUntil: f64): i32 {
  const end = takers + (count << 2);
  const opened = doorOf(channel, 0, 0);
  let taker = takers;
  for (let at = takers; at < end; at += 4) {
    const entry = load<u32>(at);
    store<u32>(taker, entry);
    taker += usize(load<i32>(lock + (stationOf(entry) << 2)) === id) << 2;
  }
  const lastLocked = taker;
  taker = takers;
  for (let at = takers; at < lastLocked; at += 4) {
    const entry = load<u32>(at);
    const station = stationOf(entry);
    const isSpoiled = load<f64>(tolerated + (station << 3)) === 0;
    store<i32>(lock + (station << 2), FREE);
    store<u32>(door + (station << 2), opened);
    store<f64>(eifsUntil + (station << 3), valueIf(isSpoiled, spoiledUntil));
    store<u32>(taker, entry);
    taker += usize(!isSpoiled) << 2;
  }
  store<i32>(counts + LOCKED, i32(lastLocked - takers) >> 2);
  return i32(taker - takers) >> 2;
}

/**
 * The first `count` of `takers` have received a frame: those it is not addressed to note how long it reserves the medium. Returns
 * how many hand it up (`wanted`, bits of `Hearing`): the first of `takers`.
 */
export function receive(count: i32, wanted: u32, reservedUntil: f64): i32 {
  const end = takers + (count << 2);
  let taker = takers;
  for (let at = takers; at < end; at += 4) {
    const entry = load<u32>(at);
    const station = stationOf(entry);
    const isMine = load<u8>(addressed + station);
    if (isMine === 0) {
      const until = load<f64>(navUntil + (station << 3));
      if (until < reservedUntil) store<f64>(navUntil + (station << 3), reservedUntil);
    }
    store<u32>(taker, entry);
    taker += usize(((load<u8>(hearing + station) & wanted) | isMine) !== 0) << 2;
  }
  return i32(taker - takers) >> 2;
}

/** A frame ends at the first `length` of `row`. Returns for how many that wait the medium becomes idle: the first of `waiting`. */
export function depart(length: i32, channel: u32, shared: f64, sharedPower: f64, nowUs: f64): i32 {
  const end = row + (length << 2);
  let waiter = waiting;
  for (let at = row; at < end; at += 4) {
    const entry = load<u32>(at);
    const station = stationOf(entry);
    if (load<u8>(tuned + station) !== channel) continue;
    const signal = load<f64>(powers + (levelOf(entry) << 3));
    const own = load<f64>(power + (station << 3)) - (signal - sharedPower);
    store<u32>(waiter, station);
    waiter += usize(i32(load<u8>(contention + station) === READY) & i32(own + shared === 0)) << 2;
    store<f64>(power + (station << 3), own);
    store<f64>(idleAt + (station << 3), nowUs);
  }
  return i32(waiter - waiting) >> 2;
}
