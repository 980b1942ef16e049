import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readSync, writeSync } from "node:fs";
import koffi from "koffi";
import { encodeCaptureHeader } from "#lib/codec/radiotap-writer.ts";
import { Rate } from "#lib/codec/rate.ts";

const TUNSETIFF = 0x400454ca;
const TUNSETLINK = 0x400454cd;
const IFF_TAP_NO_PI = 0x1002;
const ARPHRD_IEEE80211_RADIOTAP = 803;

const CLONE_NEWNET = 0x40000000;

/** Whether there can be TAP devices here: on Linux, as root. */
export const hasTap: boolean = process.platform === "linux" && process.getuid?.() === 0 && existsSync("/dev/net/tun");

const libc = koffi.load(null);
const ioctl = libc.func("int ioctl(int, unsigned long, void *)");
const ioctlNumber = libc.func("int ioctl(int, unsigned long, long)");

/** From here on this thread, and the programs it starts, see an empty network of their own: unshare(2). */
export function enterEmptyNetwork(): void {
  if (libc.func("int unshare(int)")(CLONE_NEWNET) !== 0) throw new Error(`unshare failed: errno ${koffi.errno()}`);
}

/** A TAP device that looks like a monitor interface to the socket under test; this end is the air. */
export class Tap {
  readonly name: string;
  #fd: number;

  constructor(name: string) {
    this.name = name;
    this.#fd = this.#create();
  }

  /** Removes the device and makes another one of the same name, down. */
  replace(): void {
    this.close();
    this.#fd = this.#create();
  }

  up(): void {
    execFileSync("ip", ["link", "set", "dev", this.name, "mtu", "2304", "up"]);
  }

  down(): void {
    execFileSync("ip", ["link", "set", "dev", this.name, "down"]);
  }

  /** A frame is on the air. */
  air(frame: Uint8Array, { channel = 1, signal = -42, hasFcs = false } = {}): void {
    const packet = new Uint8Array(frame.length + 64);
    const start = encodeCaptureHeader(packet, 0, { tsft: 0, rate: Rate.RATE_1M, channel, signal, hasFcs });
    packet.set(frame, start);
    this.raw(packet.subarray(0, start + frame.length));
  }

  /** What mac80211 echoes when the fate of a frame is known: rate, TX flags, retries. */
  echo(frame: Uint8Array, { failed = false, retries = 0 } = {}): void {
    const header = [0, 0, 13, 0, 0x04, 0x80, 0x02, 0, 2, 0, failed ? 1 : 0, 0, retries];
    this.raw(Uint8Array.from([...header, ...frame]));
  }

  raw(packet: Uint8Array): void {
    writeSync(this.#fd, packet);
  }

  /** The packet that was sent first, radiotap header and frame; other programs' IPv6 packets are passed over. */
  sent(): Uint8Array {
    const packet = new Uint8Array(4096);
    for (;;) {
      const length = readSync(this.#fd, packet);
      if (packet[0] === 0 && packet[2] === 12) return packet.slice(0, length);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #create(): number {
    const fd = openSync("/dev/net/tun", "r+");
    const request = new Uint8Array(40);
    request.set(new TextEncoder().encode(this.name));
    new DataView(request.buffer).setUint16(16, IFF_TAP_NO_PI, true);
    if (ioctl(fd, TUNSETIFF, request) !== 0) throw new Error(`no TAP device ${this.name}: errno ${koffi.errno()}`);
    if (ioctlNumber(fd, TUNSETLINK, ARPHRD_IEEE80211_RADIOTAP) !== 0) throw new Error("no radiotap on a TAP device");
    return fd;
  }
}
