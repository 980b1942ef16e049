import { Alarm, type TimerState, toMac } from "aioespnow";
import { macBytes } from "aioespnow/codec";
import type { Machine } from "../board/machine.ts";
import { MISSED_PARTS } from "../board/missed.ts";
import { type PinLevel, PinMode } from "../board/pin.ts";
import type { WakeReason } from "../board/sleep.ts";
import { Timers, type TimersState } from "../board/timers.ts";
import { EventKind } from "../bridge/event-kinds.ts";
import type { ResetCause } from "../bridge/exit.ts";
import type { Vm } from "../vm/vm.ts";
import { attachBuses } from "./buses-part.ts";
import type { Part } from "./part.ts";
import { attachPartitions } from "./partitions-part.ts";

/** By their place: the numbers that python/machine gives to its constants. */
const RESET_CAUSES: readonly ResetCause[] = ["power-on", "hard", "watchdog", "deepsleep", "soft"];
/** What RTC memory holds at most on an ESP8266, and on an ESP32. */
const MAX_RTC_MEMORY = { esp32: 2048, esp8266: 492 } as const;

/** About what the NVS partition of a board holds. */
const MAX_NVS_ENTRIES = 600;
const NOTHING = new Uint8Array(0);

/** What of the board's hardware is the program's. */
export interface MachinePartState {
  readonly timers: TimersState;
  readonly watchdog: TimerState | undefined;
  readonly wasWoken: boolean;
}

/** Gives a program its board's hardware: `import machine`. */
export class MachinePart implements Part<MachinePartState> {
  readonly #vm: Vm;
  readonly #machine: Machine;
  readonly #timers: Timers;
  /** A program cannot stop it. */
  readonly #watchdog: Alarm;
  readonly #disconnect: () => void;
  /** A pin has ended the light sleep. */
  #wasWoken = false;

  constructor(vm: Vm, machine: Machine) {
    this.#vm = vm;
    this.#machine = machine;
    this.#disconnect = machine.connect(vm);
    this.#timers = new Timers(vm.clock, (id) => vm.raise(EventKind.timer, id));
    this.#watchdog = new Alarm(vm.clock, () => vm.end({ code: 0, restart: { cause: "watchdog", afterMs: 0 } }));
    attachChip(vm, machine);
    attachStores(vm, machine);
    attachPartitions(vm, machine);
    attachPins(vm, machine);
    attachBuses(vm, machine);
    this.#attachSleep();
    vm.handle("timer_start", ({ timer, isPeriodic, periodMs }) =>
      this.#timers.start(timer, periodMs, isPeriodic === 1),
    );
    vm.handle("timer_stop", ({ timer }) => this.#timers.stop(timer));
    vm.handle("wdt_feed", ({ timeoutMs }) => this.#watchdog.set(vm.clock.now() + timeoutMs));
  }

  detach(): void {
    this.#watchdog.clear();
    this.#timers.stopAll();
    this.#disconnect();
  }

  save(): MachinePartState {
    return { timers: this.#timers.save(), watchdog: this.#watchdog.save(), wasWoken: this.#wasWoken };
  }

  load({ timers, watchdog, wasWoken }: MachinePartState): void {
    this.#timers.load(timers);
    this.#watchdog.load(watchdog);
    this.#wasWoken = wasWoken;
  }

  /** Reset and sleep. */
  #attachSleep(): void {
    const vm = this.#vm;
    const { sleep } = this.#machine;
    sleep.onWoken = () => {
      this.#wasWoken = true;
      vm.ring();
    };
    vm.handle("machine_restart", ({ cause, afterMs }) => {
      vm.end({ code: 0, restart: { cause: RESET_CAUSES[cause] as ResetCause, afterMs } });
    });
    vm.handle("machine_sleep", () => {
      this.#wasWoken = false;
      this.#timers.hold();
      sleep.begin();
      return this.#wasWoken ? 1 : 0;
    });
    vm.handle("machine_was_woken", () => (this.#wasWoken ? 1 : 0));
    vm.handle("machine_wake", () => {
      sleep.end();
      this.#timers.release();
    });
    vm.handle("machine_wake_touch", ({ isWanted }) => {
      sleep.touchWakes = isWanted === 1;
    });
    vm.handle("machine_wake_pins", ({ reason, how, pins }) => {
      const ids = [...pins].map((id) => this.#machine.pin(id).id);
      const wake = { reason: reason as WakeReason, pins: ids, level: (how & 1) as PinLevel, all: how > 1 };
      sleep.setWakePins(wake);
    });
  }
}

/** What the chip knows of itself. */
function attachChip(vm: Vm, machine: Machine): void {
  vm.handle("machine_board", () => (machine.board === "esp8266" ? 1 : 0));
  vm.handle("machine_unique_id", () => uniqueId(machine));
  vm.handle("machine_reset_cause", () => RESET_CAUSES.indexOf(machine.sleep.resetCause));
  vm.handle("machine_wake_reason", () => machine.sleep.wakeReason);
  vm.handle("machine_ticks_us", () => ticksUs(vm.clock.now()));
  vm.handle("machine_missed", ({ kind }) => {
    const part = MISSED_PARTS[kind];
    if (part !== undefined) machine.missed.add({ kind: part });
  });
  vm.handle("machine_has_sd_card", () => {
    if (!machine.hasSdCard) machine.missed.add({ kind: "sd-card" });
    return machine.hasSdCard ? 1 : 0;
  });
  vm.handle("machine_temperature", () => machine.temperature);
}

/** What outlives a program: the calendar, RTC memory, NVS. */
function attachStores(vm: Vm, machine: Machine): void {
  vm.rtcOffsetMs = machine.rtcOffsetMs;
  vm.handle("rtc_read", () => machine.rtcOffsetMs + vm.clock.now());
  vm.handle("rtc_write", ({ ms }) => {
    machine.rtcOffsetMs = ms - vm.clock.now();
    vm.rtcOffsetMs = machine.rtcOffsetMs;
  });
  vm.handle("rtc_memory", () => machine.rtcMemory);
  vm.handle("rtc_set_memory", ({ memory }) => {
    const max = MAX_RTC_MEMORY[machine.board];
    if (memory.length > max) {
      throw new RangeError(`buffer too long: RTC memory holds ${max} bytes, not ${memory.length}`);
    }
    machine.rtcMemory = memory;
  });
  vm.handle("nvs_has", ({ key }) => (machine.nvs.has(key) ? 1 : 0));
  vm.handle("nvs_get", ({ key }) => machine.nvs.get(key) ?? NOTHING);
  vm.handle("nvs_erase", ({ key }) => (machine.nvs.delete(key) ? 1 : 0));
  vm.handle("nvs_set", ({ keyLength, keyAndValue }) => {
    const key = new TextDecoder().decode(keyAndValue.subarray(0, keyLength));
    if (!machine.nvs.has(key) && machine.nvs.size >= MAX_NVS_ENTRIES) {
      throw new RangeError(`ESP_ERR_NVS_NOT_ENOUGH_SPACE: there are ${MAX_NVS_ENTRIES} entries`);
    }
    machine.nvs.set(key, keyAndValue.subarray(keyLength));
  });
}

/** Above every `time.ticks_us()`. */
const NEVER = 2 ** 30;

/** `time.ticks_us()` at a time of the clock. */
function ticksUs(ms: number): number {
  return Math.floor(ms * 1000) & 0x3fff_ffff;
}

function attachPins(vm: Vm, machine: Machine): void {
  vm.handle("pin_set_up", ({ pin, mode, pull }) => {
    if (mode === PinMode.in) machine.missed.add({ kind: "pin", pin });
    machine.pin(pin).setUp(mode as PinMode, pull);
  });
  vm.handle("pin_read", ({ pin }) => machine.pin(pin).value);
  vm.handle("pin_write", ({ pin, level }) => machine.pin(pin).write(level as PinLevel));
  vm.handle("pin_irq", ({ pin, trigger }) => machine.pin(pin).setTrigger(trigger));
  vm.handle("pin_bitstream", ({ pin, bits }) => machine.pin(pin).sendBits(bits));
  vm.handle("pin_pulses", ({ pin, pulses }) => machine.pin(pin).sendPulses(pulses));
  vm.handle("pin_came_us", ({ pin, level }) => {
    const ms = machine.pin(pin).cameMs(level as PinLevel);
    return ms === undefined ? NEVER : ticksUs(ms);
  });
  vm.handle("touch_read", ({ pin }) => machine.touch(pin).value);
  vm.handle("touch_config", ({ pin, threshold }) => machine.touch(pin).configure(threshold));
  vm.handle("dht_read", ({ pin }) => {
    const { measured } = machine.dht(pin);
    if (measured === undefined) {
      machine.missed.add({ kind: "dht", pin });
      return NOTHING;
    }
    return new Uint8Array(Float64Array.of(measured.temperature, measured.humidity).buffer);
  });
  vm.handle("adc_read", ({ pin }) => {
    const { value } = machine.adc(pin);
    if (value === 0) machine.missed.add({ kind: "adc", pin });
    return value;
  });
  vm.handle("pwm_write", ({ pin, freq, duty }) => machine.pwm(pin).write(freq, duty));
}

/** Of an ESP32 the station's address; of an ESP8266 four bytes, its last three backwards. */
function uniqueId({ board, radio }: Machine): Uint8Array {
  const mac = macBytes(toMac(radio.address(0)));
  return board === "esp32" ? mac : Uint8Array.of(mac[5] as number, mac[4] as number, mac[3] as number, 0);
}
