import { toMac } from "aioespnow";
import { macBytes } from "aioespnow/codec";
import type { Machine } from "../board/machine.ts";
import type { PinLevel, PinMode } from "../board/pin.ts";
import type { WakeReason } from "../board/sleep.ts";
import { Timers } from "../board/timers.ts";
import { double, doubleBytes } from "../channel/double-bytes.ts";
import { EventKind } from "../channel/event-kinds.ts";
import type { ResetCause } from "../channel/messages.ts";
import type { Call, VmHost } from "../host/vm-host.ts";
import { attachBuses } from "./buses-part.ts";

/** By their place: the numbers that python/machine gives to its constants. */
const RESET_CAUSES: readonly ResetCause[] = ["power-on", "hard", "watchdog", "deepsleep", "soft"];
/** What RTC memory holds at most on an ESP8266, and on an ESP32. */
const MAX_RTC_MEMORY = { esp32: 2048, esp8266: 492 } as const;

/** About what the NVS partition of a board holds. */
const MAX_NVS_ENTRIES = 600;
const NOTHING = new Uint8Array(0);

/** Attaches the board's hardware to a program: `import machine`. Returns how to detach it. */
export function attachMachine(vm: VmHost, machine: Machine): () => void {
  const disconnect = machine.connect(vm);
  const timers = new Timers(vm.clock, (id) => vm.raise(EventKind.timer, id));
  attachChip(vm, machine);
  attachStores(vm, machine);
  attachSleep(vm, machine, timers);
  attachPins(vm, machine);
  attachBuses(vm, machine);
  attachTimers(vm, timers);
  const stopWatchdog = attachWatchdog(vm);
  return () => {
    stopWatchdog();
    timers.stopAll();
    disconnect();
  };
}

/** What the chip knows of itself. */
function attachChip(vm: VmHost, machine: Machine): void {
  vm.handle("machine.board", () => (machine.board === "esp8266" ? 1 : 0));
  vm.handle("machine.uniqueId", (call) => answer(call, uniqueId(machine)));
  vm.handle("machine.resetCause", () => RESET_CAUSES.indexOf(machine.sleep.resetCause));
  vm.handle("machine.wakeReason", () => machine.sleep.wakeReason);
  vm.handle("machine.ticksUs", () => Math.floor(vm.clock.now() * 1000) & 0x3fff_ffff);
  vm.handle("machine.temperature", (call) => answer(call, doubleBytes(machine.temperature)));
}

/** What outlives a program: the calendar, RTC memory, NVS. */
function attachStores(vm: VmHost, machine: Machine): void {
  vm.rtcOffsetMs = machine.rtcOffsetMs;
  vm.handle("rtc.read", (call) => answer(call, doubleBytes(machine.rtcOffsetMs + vm.clock.now())));
  vm.handle("rtc.write", ({ data }) => {
    machine.rtcOffsetMs = double(data) - vm.clock.now();
    vm.rtcOffsetMs = machine.rtcOffsetMs;
    return 0;
  });
  vm.handle("rtc.memory", (call) => answer(call, machine.rtcMemory));
  vm.handle("rtc.setMemory", ({ data }) => {
    const max = MAX_RTC_MEMORY[machine.board];
    if (data.length > max) throw new RangeError(`buffer too long: RTC memory holds ${max} bytes, not ${data.length}`);
    machine.rtcMemory = data;
    return 0;
  });
  const text = new TextDecoder();
  vm.handle("nvs.has", ({ data }) => (machine.nvs.has(text.decode(data)) ? 1 : 0));
  vm.handle("nvs.get", (call) => answer(call, machine.nvs.get(text.decode(call.data)) ?? NOTHING));
  vm.handle("nvs.erase", ({ data }) => (machine.nvs.delete(text.decode(data)) ? 1 : 0));
  vm.handle("nvs.set", ({ a, data }) => {
    const key = text.decode(data.subarray(0, a));
    if (!machine.nvs.has(key) && machine.nvs.size >= MAX_NVS_ENTRIES) {
      throw new RangeError(`ESP_ERR_NVS_NOT_ENOUGH_SPACE: there are ${MAX_NVS_ENTRIES} entries`);
    }
    machine.nvs.set(key, data.subarray(a));
    return 0;
  });
}

/** Reset and sleep. */
function attachSleep(vm: VmHost, machine: Machine, timers: Timers): void {
  let end: (() => void) | undefined;
  let wasWoken = false;
  vm.handle("machine.restart", ({ a, data }) => {
    vm.end({ code: 0, restart: { cause: RESET_CAUSES[a] as ResetCause, afterMs: double(data) } });
    return 0;
  });
  vm.handle("machine.sleep", () => {
    wasWoken = false;
    timers.hold();
    end = machine.sleep.begin(() => {
      wasWoken = true;
      vm.ring();
    });
    return wasWoken ? 1 : 0;
  });
  vm.handle("machine.wasWoken", () => (wasWoken ? 1 : 0));
  vm.handle("machine.wake", () => {
    end?.();
    timers.release();
    return 0;
  });
  vm.handle("machine.wakePins", ({ a, b, data }) => {
    const pins = [...data].map((id) => machine.pin(id).id);
    machine.sleep.setWakePins({ reason: a as WakeReason, pins, level: (b & 1) as PinLevel, all: b > 1 });
    return 0;
  });
}

function attachPins(vm: VmHost, machine: Machine): void {
  vm.handle("pin.setUp", ({ a, b }) => {
    machine.pin(a).setUp((b & 0xff) as PinMode, b >> 8);
    return 0;
  });
  vm.handle("pin.read", ({ a }) => machine.pin(a).value);
  vm.handle("pin.write", ({ a, b }) => {
    machine.pin(a).write(b as PinLevel);
    return 0;
  });
  vm.handle("pin.irq", ({ a, b }) => {
    machine.pin(a).setTrigger(b);
    return 0;
  });
  vm.handle("pin.bitstream", ({ a, data }) => {
    machine.pin(a).bitstream = data;
    return 0;
  });
  vm.handle("dht.read", (call) => {
    const measured = machine.dht(call.a).measured;
    if (measured === undefined) return 0;
    return answer(call, Uint8Array.of(...doubleBytes(measured.temperature), ...doubleBytes(measured.humidity)));
  });
  vm.handle("adc.read", ({ a }) => machine.adc(a).value);
  vm.handle("pwm.write", ({ a, b, data }) => {
    machine.pwm(a).write(b, (data[0] ?? 0) | ((data[1] ?? 0) << 8));
    return 0;
  });
}

function attachTimers(vm: VmHost, timers: Timers): void {
  vm.handle("timer.start", ({ a, b, data }) => {
    timers.start(a, double(data), b === 1);
    return 0;
  });
  vm.handle("timer.stop", ({ a }) => {
    timers.stop(a);
    return 0;
  });
}

/** Returns how to stop it, which a program cannot. */
function attachWatchdog(vm: VmHost): () => void {
  let stop = (): void => {};
  vm.handle("wdt.feed", ({ data }) => {
    stop();
    stop = vm.clock.schedule(vm.clock.now() + double(data), () => {
      vm.end({ code: 0, restart: { cause: "watchdog", afterMs: 0 } });
    });
    return 0;
  });
  return () => stop();
}

/** Of an ESP32 the station's address; of an ESP8266 four bytes, its last three backwards. */
function uniqueId({ board, radio }: Machine): Uint8Array {
  const mac = macBytes(toMac(radio.address(0)));
  return board === "esp32" ? mac : Uint8Array.of(mac[5] as number, mac[4] as number, mac[3] as number, 0);
}

function answer(call: Call, bytes: Uint8Array): number {
  call.reply = bytes;
  return bytes.length;
}
