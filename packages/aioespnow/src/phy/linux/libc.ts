import { EspNowError } from "../../errors.ts";

/** The functions of the C library that a packet socket needs. Only numbers and bytes go across. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  /** `setsockopt` whose value is a sock_fprog of <linux/filter.h>. */
  attachFilter(fd: number, level: number, name: number, program: SockFprog, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  if_nametoindex(name: string): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  recv(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  poll(pollfd: Uint8Array, count: number, timeoutMs: number): number;
  close(fd: number): number;
  /** What went wrong in the call before. */
  errno(): number;
  watch(fd: number, onReadable: WatchCallback): Watch;
}

export interface SockFprog {
  readonly len: number;
  readonly filter: Uint8Array;
}

/** The event loop's own eye on a file descriptor (uv_poll_t of libuv). */
export interface Watch {
  /** Goes on after an error, which ends it. */
  start(onReadable: WatchCallback): void;
  /** The process may end although this is open. */
  unref(): void;
  close(): void;
}

/**
 * Called as long as there is something to read, with 0, or with another value after an error. It must not throw; promises
 * do not go on before the next turn of the event loop.
 */
export type WatchCallback = (status: unknown) => void;

/** What is used of koffi. */
interface Koffi {
  load(path: null): { func(prototype: string): unknown; func(name: string, result: string, args: unknown[]): unknown };
  struct(members: Readonly<Record<string, string>>): unknown;
  pointer(type: unknown): unknown;
  errno(): number;
  node?: { poll?(fd: number, onReadable: WatchCallback): Watch };
}

let libc: Libc | undefined;

/** The C library of this process, through koffi. @throws EspNowError `ENOTSUP` where it cannot be had, and says why. */
export function loadLibc(): Libc {
  libc ??= bindLibc(loadKoffi());
  return libc;
}

/** Why packet sockets cannot be opened here, in words; undefined if they can, for who has the right. */
export function packetSocketFault(): string | undefined {
  try {
    loadLibc();
    return undefined;
  } catch (error) {
    return error instanceof EspNowError ? error.message.slice(error.code.length + 2) : String(error);
  }
}

function loadKoffi(): Koffi {
  const { process } = globalThis;
  const nodeModule = process?.getBuiltinModule?.("node:module");
  if (nodeModule === undefined || process.platform !== "linux") {
    throw new EspNowError("ENOTSUP", "linux: needs Node on Linux");
  }
  try {
    return nodeModule.createRequire(import.meta.url)("koffi");
  } catch (cause) {
    throw new EspNowError("ENOTSUP", "linux: needs the package koffi 3: npm install koffi", { cause });
  }
}

function bindLibc(koffi: Koffi): Libc {
  const watch = koffi.node?.poll;
  if (watch === undefined) throw new EspNowError("ENOTSUP", "linux: this koffi cannot poll: npm install koffi@3.3.4");
  const lib = koffi.load(null);
  const program = koffi.struct({ len: "uint16", filter: "uint8_t *" });
  return {
    socket: lib.func("int socket(int, int, int)"),
    bind: lib.func("int bind(int, void *, uint32)"),
    getsockname: lib.func("int getsockname(int, void *, void *)"),
    setsockopt: lib.func("int setsockopt(int, int, int, void *, uint32)"),
    attachFilter: lib.func("setsockopt", "int", ["int", "int", "int", koffi.pointer(program), "uint32"]),
    getsockopt: lib.func("int getsockopt(int, int, int, void *, void *)"),
    ioctl: lib.func("int ioctl(int, unsigned long, void *)"),
    if_nametoindex: lib.func("uint32 if_nametoindex(const char *)"),
    send: lib.func("long send(int, void *, size_t, int)"),
    recv: lib.func("long recv(int, void *, size_t, int)"),
    poll: lib.func("int poll(void *, unsigned long, int)"),
    close: lib.func("int close(int)"),
    errno: () => koffi.errno(),
    watch,
  } as Libc;
}
