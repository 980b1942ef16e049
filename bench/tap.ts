import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import koffi from "koffi";

const CLONE_NEWNET = 0x40000000;
const TUNSETIFF = 0x400454ca;
const TUNSETLINK = 0x400454cd;
const IFF_TAP_NO_PI = 0x1002;
const ARPHRD_IEEE80211_RADIOTAP = 803;

/** A TAP device that looks like a monitor interface, in a network of its own; what a peer process does there is the air. */
export class Tap {
  readonly name = "espnow0";
  readonly #fd: number;

  /** @throws Error without root or /dev/net/tun. */
  constructor() {
    const libc = koffi.load(null);
    if (libc.func("int unshare(int)")(CLONE_NEWNET) !== 0) throw new Error("unshare(2) is not allowed");
    this.#fd = openSync("/dev/net/tun", "r+");
    const request = new Uint8Array(40);
    request.set(new TextEncoder().encode(this.name));
    new DataView(request.buffer).setUint16(16, IFF_TAP_NO_PI, true);
    libc.func("int ioctl(int, unsigned long, void *)")(this.#fd, TUNSETIFF, request);
    libc.func("int ioctl(int, unsigned long, long)")(this.#fd, TUNSETLINK, ARPHRD_IEEE80211_RADIOTAP);
    execFileSync("ip", ["link", "set", "dev", this.name, "mtu", "2304", "txqueuelen", "10000", "up"]);
  }

  /** A program with the device's air as file descriptor 3. */
  program(command: string, args: readonly string[]): ChildProcess {
    return spawn(command, args, { stdio: ["ignore", "pipe", "inherit", this.#fd] });
  }

  /** The same in Python. */
  peer(program: string): ChildProcess {
    return this.program("python3", ["-c", program]);
  }

  /** A program that uses the device as a network interface. */
  command(command: string, args: readonly string[]): ChildProcess {
    return spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  }

  close(): void {
    closeSync(this.#fd);
  }
}
