import { ACK_LENGTH, destinationOf, encodeAck, setRetry, sourceOf } from "../../codec/dot11.ts";
import { FCS_LENGTH } from "../../codec/fcs.ts";
import { isGroup, type MacAddress } from "../../codec/mac-address.ts";
import type { Rate } from "../../codec/rate.ts";
import { EspNowError } from "../../errors.ts";
import { reportUncaught } from "../../util/event-loop.ts";
import type { TransmitResult } from "../phy.ts";
import { ackRate, airtimeUs, durationUs, preambleUs, SIFS_US } from "./airtime.ts";
import type { Engine, StationHandler } from "./engine.ts";
import { EventKind } from "./event-queue.ts";
import type { Transmission } from "./flights.ts";
import { attemptRate, type Profile } from "./profile.ts";
import { StationLease } from "./station-lease.ts";
import type { AckTo, Job, Progress, QueuedFrame, StationMacState } from "./station-mac-state.ts";
import { Hearing, type Listener, Lock } from "./stations.ts";
import { WakeCycle, type WakeWindow } from "./wake-cycle.ts";

const DURATION = 2;

/** One station: its queue, its attempts, its ACKs and its sleep. What a Wi-Fi chip does between driver and antenna. */
export class StationMac implements StationHandler {
  readonly station: number;
  readonly #lease: StationLease;
  readonly #engine: Engine;
  readonly #profile: Profile;
  readonly #promiscuous: boolean;
  readonly #queue: Job[] = [];
  #progress: Progress;
  #ackTo: AckTo | undefined;
  #channel: number;
  #addresses: readonly MacAddress[] = [];
  #closed = false;
  readonly #wake = new WakeCycle();
  #onFrame: Listener | undefined;

  constructor(engine: Engine, profile: Profile, channel: number, promiscuous: boolean) {
    this.#engine = engine;
    this.#profile = profile;
    this.#channel = channel;
    this.#promiscuous = promiscuous;
    this.#progress = {
      prepared: 0,
      working: false,
      phase: "idle",
      attempts: 0,
      window: profile.cwMin,
      ackTimeoutUs: 0,
    };
    this.#lease = new StationLease(engine, profile.slotUs, this);
    this.station = this.#lease.station;
    this.#tune();
  }

  get onFrame(): Listener | undefined {
    return this.#onFrame;
  }

  set onFrame(callback: Listener | undefined) {
    this.#onFrame = callback;
    if (!this.#closed) this.#engine.stations.listeners[this.station] = callback;
  }

  setChannel(channel: number): void {
    this.#channel = channel;
    this.#tune();
  }

  /** Returns the addresses that other stations answer to as well. */
  setAddresses(addresses: readonly MacAddress[]): MacAddress[] {
    const { owners } = this.#engine;
    for (const mac of this.#addresses) {
      const left = (owners.get(mac) ?? []).filter((station) => station !== this.station);
      if (left.length > 0) owners.set(mac, left);
      else owners.delete(mac);
    }
    this.#addresses = [...new Set(addresses)];
    const shared = this.#addresses.filter((mac) => owners.has(mac));
    for (const mac of this.#addresses) owners.set(mac, [...(owners.get(mac) ?? []), this.station]);
    this.#tune();
    return shared;
  }

  save(): StationMacState {
    return {
      station: this.station,
      expected: this.#lease.expected,
      frames: this.#queue.map(({ frame, rate, noAck }) => ({ frame, rate, noAck })),
      progress: { ...this.#progress },
      ackTo: this.#ackTo,
      channel: this.#channel,
      addresses: this.#addresses,
      wake: this.#wake.save(),
    };
  }

  /** The engine has been loaded. `doneOf`: who is told what became of a frame. */
  load(state: StationMacState, doneOf: (frame: QueuedFrame) => Job["done"]): void {
    this.#lease.expected = state.expected;
    this.#queue.splice(0, this.#queue.length, ...state.frames.map((frame) => ({ ...frame, done: doneOf(frame) })));
    this.#progress = { ...state.progress };
    this.#ackTo = state.ackTo;
    this.#channel = state.channel;
    this.#addresses = state.addresses;
    this.#wake.load(state.wake);
  }

  /** The receiver is on for `windowMs` of every `intervalMs` from now, and while a frame is being sent. */
  setWake(wake: WakeWindow | undefined): void {
    this.#wake.begin(wake, this.#engine.requestUs());
    this.#scheduleWakeChange();
    this.#tune();
  }

  submit(job: Job): void {
    const engine = this.#engine;
    if (this.#queue.length >= this.#profile.queueLimit) {
      engine.counters.refused++;
      engine.notify(() => job.done({ status: "busy" }));
      return;
    }
    this.#queue.push(job);
    this.#work();
  }

  close(): void {
    this.setAddresses([]);
    this.#closed = true;
    this.#engine.stations.listeners[this.station] = undefined;
    this.#progress.phase = "idle";
    this.#progress.prepared = 0;
    this.#progress.working = false;
    this.#wake.end();
    this.#engine.dcf.cancel(this.station);
    this.#tune();
    this.#engine.links.remove(this.station);
    for (const job of this.#queue.splice(0)) this.fail(job);
    this.#lease.end();
  }

  /** Answers a frame that this station, being closed, will not send. */
  fail(job: Job): void {
    const error = new EspNowError("ERR_RADIO_CLOSED", "the simulated radio was closed");
    this.#engine.notify(() => job.done({ status: "failed", error }));
  }

  softwareDone(): void {
    if (!this.#lease.arrived() || !this.#progress.working) return;
    this.#progress.working = false;
    this.#progress.prepared++;
    if (this.#progress.phase === "idle") this.#contend();
    this.#work();
  }

  transmitNow(): void {
    const job = this.#queue[0];
    if (job === undefined) return;
    const rate = attemptRate(this.#profile, job.rate, ++this.#progress.attempts);
    const toGroup = isGroup(destinationOf(job.frame));
    const reservedUs = toGroup || job.noAck ? 0 : durationUs(rate, this.#profile.ackPolicy);
    job.frame[DURATION] = reservedUs & 0xff;
    job.frame[DURATION + 1] = reservedUs >> 8;
    if (this.#progress.attempts > 1) setRetry(job.frame);
    this.#transmit(job.frame, rate, this.#channel, false, toGroup, reservedUs);
  }

  transmitted(isAck: boolean): void {
    this.#lease.settle();
    const job = this.#queue[0];
    if (isAck || job === undefined) return;
    if (job.noAck || isGroup(destinationOf(job.frame))) {
      this.#complete({ status: "sent" });
      return;
    }
    const rate = attemptRate(this.#profile, job.rate, this.#progress.attempts);
    this.#progress.phase = "ack";
    this.#waitForAck(SIFS_US + this.#profile.slotUs + preambleUs(ackRate(rate, this.#profile.ackPolicy)));
  }

  received({ frame, rate, channel, isAck }: Transmission): void {
    if (this.#closed) return;
    if (!isAck) {
      this.#ackTo = { mac: sourceOf(frame), rate: ackRate(rate, this.#profile.ackPolicy), channel };
      this.#lease.schedule(this.#engine.nowUs + SIFS_US, EventKind.ackStart);
    } else if (this.#progress.phase === "ack") {
      this.#complete({ status: "acked", attempts: this.#progress.attempts });
    }
  }

  acknowledge(): void {
    if (!this.#lease.arrived()) return;
    const ackTo = this.#ackTo;
    const { lock, tuned } = this.#engine.stations;
    this.#ackTo = undefined;
    const isDeaf = lock[this.station] === Lock.transmitting || tuned[this.station] !== ackTo?.channel;
    if (ackTo === undefined || isDeaf) return;
    const frame = new Uint8Array(ACK_LENGTH);
    encodeAck(frame, 0, ackTo.mac);
    this.#transmit(frame, ackTo.rate, ackTo.channel, true, false, 0);
  }

  ackTimeout(): void {
    const engine = this.#engine;
    if (!this.#lease.arrived() || this.#progress.phase !== "ack" || this.#progress.ackTimeoutUs !== engine.nowUs)
      return;
    const receiving = engine.stations.lock[this.station] as number;
    if (receiving >= Lock.receiving) {
      // Something has begun to arrive: whether it is the ACK shows at its end (IEEE 802.11-2020, 10.3.2.11).
      this.#waitForAck(engine.medium.transmission(receiving).endUs - engine.nowUs);
    } else if (this.#progress.attempts >= this.#profile.retryLimit) {
      this.#complete({ status: "no-ack", attempts: this.#progress.attempts });
    } else {
      this.#progress.window = Math.min(2 * this.#progress.window + 1, this.#profile.cwMax);
      this.#progress.phase = "medium";
      engine.dcf.contendAgain(this.station, this.#progress.window, engine.nowUs);
    }
  }

  wakeChange(): void {
    if (!this.#lease.arrived() || this.#wake.nextUs !== this.#engine.nowUs) return;
    this.#wake.change();
    this.#scheduleWakeChange();
    this.#tune();
  }

  #transmit(
    frame: Uint8Array,
    rate: Rate,
    channel: number,
    isAck: boolean,
    isGroup: boolean,
    durationUs: number,
  ): void {
    const endUs = this.#engine.nowUs + airtimeUs(rate, frame.length + FCS_LENGTH);
    this.#engine.begin({ station: this.station, frame, rate, channel, endUs, isAck, isGroup, durationUs });
  }

  /** Sets the processor to work on the next frame, if it is free, there is one, and the profile lets it. */
  #work(): void {
    const { softwareOverlaps, softwareTimeUs } = this.#profile;
    if (this.#progress.working || this.#progress.prepared === this.#queue.length) return;
    if (this.#progress.prepared > 0 && !softwareOverlaps) return;
    this.#progress.working = true;
    this.#lease.schedule(this.#engine.requestUs() + softwareTimeUs, EventKind.softwareDone);
  }

  /** The head of the queue is prepared: the radio takes it. */
  #contend(): void {
    this.#progress.phase = "medium";
    this.#tune();
    this.#engine.dcf.contend(this.station, this.#progress.window, this.#engine.nowUs);
  }

  #waitForAck(delayUs: number): void {
    this.#progress.ackTimeoutUs = this.#engine.nowUs + delayUs;
    this.#lease.schedule(this.#progress.ackTimeoutUs, EventKind.ackTimeout);
  }

  #scheduleWakeChange(): void {
    if (this.#wake.nextUs !== undefined) this.#lease.schedule(this.#wake.nextUs, EventKind.wakeChange);
  }

  /** The head of the queue is done with. The next frame's turn comes before the user's, who may close the station. */
  #complete(result: TransmitResult): void {
    const job = this.#queue.shift() as Job;
    this.#progress.prepared--;
    this.#progress.attempts = 0;
    this.#progress.window = this.#profile.cwMin;
    this.#engine.dcf.postBackoff(this.station, this.#progress.window, this.#engine.nowUs);
    this.#progress.phase = "idle";
    if (this.#progress.prepared > 0) this.#contend();
    else this.#tune();
    this.#work();
    try {
      job.done(result);
    } catch (error) {
      reportUncaught(error);
    }
  }

  /** Sets the receiver to what address list, sleep and traffic make of it. */
  #tune(): void {
    const isOn = !this.#closed && (this.#addresses.length > 0 || this.#promiscuous);
    const isSending = this.#progress.phase === "medium" || this.#progress.phase === "ack";
    const { medium, stations } = this.#engine;
    const group = isOn && this.#profile.hearsGroup ? Hearing.group : 0;
    stations.hearing[this.station] = group | (this.#promiscuous ? Hearing.all : 0);
    medium.tune(this.station, (isOn && this.#wake.isAwake) || isSending ? this.#channel : 0, this.#engine.requestUs());
    this.#engine.arm();
  }
}
