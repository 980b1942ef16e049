import { EspNowError } from "../../errors.ts";
import { nextTurn } from "../../util/event-loop.ts";
import { type BpfInstruction, encodeFilter } from "./filter.ts";
import { type Libc, loadLibc, type Watch } from "./libc.ts";

/** Numbers of <sys/socket.h>, <linux/if_packet.h>, <linux/if_arp.h>, <linux/sockios.h>, <poll.h>. */
const AF_PACKET = 17;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
const SOL_SOCKET = 1;
const SOL_PACKET = 263;
const SO_RCVBUF = 8;
const SO_ATTACH_FILTER = 26;
const SO_RCVBUFFORCE = 33;
const PACKET_STATISTICS = 6;
const PACKET_IGNORE_OUTGOING = 23;
const ARPHRD_IEEE80211_RADIOTAP = 803;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFMTU = 0x8921;
const IFF_UP = 1;
const POLLIN = 1;

const EPERM = 1;
const ENXIO = 6;
const EAGAIN = 11;
const EACCES = 13;
const ENODEV = 19;
const ENETDOWN = 100;
const ENOBUFS = 105;

/** Several thousand frames: 100 ms of the fullest channel, and more. */
const RECEIVE_BUFFER_BYTES = 8 << 20;
/** Longer than any frame with its radiotap header. */
const MAX_PACKET_LENGTH = 8192;

/** What became of a send. */
export type SendOutcome = "sent" | "busy" | "down" | "gone" | EspNowError;

/** How an interface is: there and up, there and down, or not there. */
export type InterfaceState = "up" | "down" | "gone";

/**
 * An AF_PACKET socket on a monitor interface (packet(7)): every packet is a radiotap header and an 802.11 frame. What other
 * sockets of this computer send is not received, but the kernel's status echo of it is.
 */
export class PacketSocket {
  readonly #libc: Libc = loadLibc();
  readonly #name: string;
  readonly #fd: number;
  readonly #pollfd = new Uint8Array(8);
  readonly #buffer = new Uint8Array(MAX_PACKET_LENGTH);
  #index = 0;
  #watch: Watch | undefined;
  #closed = false;
  #dropped = 0;

  /**
   * @param filter which packets are received; undefined: all.
   * @throws EspNowError `ERR_RADIO_PERMISSION` without CAP_NET_RAW, `ERR_RADIO_DOWN` where there is no such interface,
   *   `ENOTSUP` for one that is not in monitor mode.
   */
  constructor(name: string, filter: readonly BpfInstruction[] | undefined) {
    this.#name = name;
    // Protocol 0 receives nothing: no packet comes before the filter is attached.
    this.#fd = this.#libc.socket(AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw this.#error("opening a packet socket");
    const view = new DataView(this.#pollfd.buffer);
    view.setInt32(0, this.#fd, LITTLE_ENDIAN);
    view.setInt16(4, POLLIN, LITTLE_ENDIAN);
    try {
      this.#setOptions(filter);
      this.bind();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Bytes that `send` takes at most: the MTU of a monitor interface does not count 14 bytes of link header. */
  get maxPacketLength(): number {
    const request = this.#interfaceRequest();
    if (this.#libc.ioctl(this.#fd, SIOCGIFMTU, request) < 0) throw this.#error("reading the MTU");
    return new DataView(request.buffer).getInt32(16, LITTLE_ENDIAN) + 14;
  }

  /** How many packets the kernel dropped so far because nobody read them in time. */
  get dropped(): number {
    const statistics = new Uint32Array(2); // tpacket_stats: packets, drops; both since the last call
    const bytes = new Uint8Array(statistics.buffer);
    const length = new Uint8Array(Uint32Array.of(bytes.length).buffer);
    if (!this.#closed) this.#libc.getsockopt(this.#fd, SOL_PACKET, PACKET_STATISTICS, bytes, length);
    this.#dropped += statistics[1] as number;
    return this.#dropped;
  }

  /** Whether the interface is there and up. */
  get state(): InterfaceState {
    const index = this.#libc.if_nametoindex(this.#name);
    const request = this.#interfaceRequest();
    if (index === 0 || this.#libc.ioctl(this.#fd, SIOCGIFFLAGS, request) < 0) return "gone";
    return ((request[16] as number) & IFF_UP) !== 0 ? "up" : "down";
  }

  /** Whether the interface of that name is another than the one that is bound: it was removed and made again. */
  get isReplaced(): boolean {
    const index = this.#libc.if_nametoindex(this.#name);
    return index !== 0 && index !== this.#index;
  }

  /** Binds to the interface that now has the name. @throws as the constructor does. */
  bind(): void {
    const index = this.#libc.if_nametoindex(this.#name);
    if (index === 0) throw new EspNowError("ERR_RADIO_DOWN", `there is no interface ${this.#name}`);
    const address = new Uint8Array(20); // sockaddr_ll: family, protocol (3: all, network order), index, hardware type, ...
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_PACKET, LITTLE_ENDIAN);
    view.setUint16(2, 3);
    view.setInt32(4, index, LITTLE_ENDIAN);
    if (this.#libc.bind(this.#fd, address, address.length) < 0) throw this.#error(`binding to ${this.#name}`);
    const length = new Uint8Array(Uint32Array.of(address.length).buffer);
    if (this.#libc.getsockname(this.#fd, address, length) < 0) throw this.#error(`looking at ${this.#name}`);
    if (view.getUint16(8, LITTLE_ENDIAN) !== ARPHRD_IEEE80211_RADIOTAP) {
      throw new EspNowError("ENOTSUP", `${this.#name} is not in monitor mode: iw dev ${this.#name} set type monitor`);
    }
    this.#index = index;
  }

  send(packet: Uint8Array, length: number): SendOutcome {
    if (this.#libc.send(this.#fd, packet, length, 0) >= 0) return "sent";
    const errno = this.#libc.errno();
    if (errno === EAGAIN || errno === ENOBUFS) return "busy";
    if (errno === ENETDOWN) return "down";
    return errno === ENXIO || errno === ENODEV ? "gone" : this.#error("sending");
  }

  /** Hands the next packet to `read`, valid during the call; false if there is none now, an error number if there will be none. */
  receive(): Uint8Array | undefined | "error" {
    const length = this.#libc.recv(this.#fd, this.#buffer, this.#buffer.length, 0);
    if (length >= 0) return this.#buffer.subarray(0, length);
    return this.#libc.errno() === EAGAIN ? undefined : "error";
  }

  /** Blocks the thread until there is something to receive, or for that many milliseconds. */
  wait(timeoutMs: number): void {
    this.#libc.poll(this.#pollfd, 1, timeoutMs);
  }

  /** Calls `ready`, which must receive, in every turn of the event loop that finds something. It keeps no process alive. */
  watch(ready: () => void): void {
    const onReadable = (status: unknown): void => {
      nextTurn(() => {
        if (this.#closed) return;
        if (status !== 0) this.#watch?.start(onReadable);
        ready();
      });
    };
    this.#watch = this.#libc.watch(this.#fd, onReadable);
    this.#watch.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch?.close();
    this.#libc.close(this.#fd);
  }

  #setOptions(filter: readonly BpfInstruction[] | undefined): void {
    const on = new Uint8Array(Int32Array.of(1).buffer);
    const size = new Uint8Array(Int32Array.of(RECEIVE_BUFFER_BYTES).buffer);
    this.#libc.setsockopt(this.#fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, on, on.length);
    if (this.#libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, size, size.length) < 0) {
      this.#libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUF, size, size.length); // without CAP_NET_ADMIN: what is allowed
    }
    if (filter === undefined) return;
    const program = { len: filter.length, filter: encodeFilter(filter) };
    if (this.#libc.attachFilter(this.#fd, SOL_SOCKET, SO_ATTACH_FILTER, program, SOCK_FPROG_LENGTH) < 0) {
      throw this.#error("attaching the filter");
    }
  }

  /** An ifreq of <net/if.h>: the name in 16 bytes, then what is asked for. */
  #interfaceRequest(): Uint8Array {
    const request = new Uint8Array(40);
    request.set(new TextEncoder().encode(this.#name));
    return request;
  }

  #error(what: string): EspNowError {
    const errno = this.#libc.errno();
    if (errno === EPERM || errno === EACCES) {
      return new EspNowError("ERR_RADIO_PERMISSION", `${what} needs CAP_NET_RAW (docs/linux.md)`);
    }
    const code = errno === ENETDOWN || errno === ENODEV || errno === ENXIO ? "ERR_RADIO_DOWN" : "ERR_RADIO_PROTOCOL";
    return new EspNowError(code, `${what} failed with error ${errno} of errno(3)`);
  }
}

const LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** With its padding, where pointers have 8 bytes; the kernel only wants it to be large enough. */
const SOCK_FPROG_LENGTH = 16;
