import { Refusal } from "../bridge/refusal.ts";
import { BoardSockets } from "../network/board-sockets.ts";
import type { Endpoint, TlsOptions, Uplink } from "../network/ip-network.ts";
import { addressNumber, addressText } from "../network/ipv4.ts";
import type { Vm } from "../vm/vm.ts";
import type { Part } from "./part.ts";

const ENODEV = 19;
/** What an access point gives to a board. */
const DEFAULT_ADDRESS = "192.168.4.2";
const NO_BYTES = new Uint8Array(0);
/** Settings of TLS by the numbers that python/ssl.py gives them. */
const TLS_SETTINGS = ["hostname", "certificate", "key", "authorities"] as const;
const ADDRESS_BYTES = 4;
/** Address and port. */
const ENDPOINT_BYTES = 6;

/** Where a socket has the number of a file, so that MicroPython's collector closes it. */
export interface SocketFiles {
  onClose: (fd: number) => void;
}

/** What a board's sockets need of the board. */
export interface SocketBoard {
  /** Undefined: it has no network. */
  readonly uplink: Uplink | undefined;
  readonly files: SocketFiles;
  /** Where datagrams are counted that were lost. */
  readonly machine: { datagramsDropped: number };
  /** Whether the board is in the network. */
  isUp(): boolean;
}

/** Gives a program its board's sockets: answers the calls of python/socket.py. */
export class SocketPart implements Part<undefined> {
  readonly #files: SocketFiles;
  readonly #sockets: BoardSockets | undefined;

  constructor(vm: Vm, { uplink, files, isUp, machine }: SocketBoard) {
    this.#files = files;
    this.#sockets =
      uplink && new BoardSockets(uplink, isUp, { changed: () => vm.ring(), dropped: () => machine.datagramsDropped++ });
    if (uplink === undefined || this.#sockets === undefined) attachNone(vm);
    else attachSockets(vm, uplink, this.#sockets);
    files.onClose = (fd) => this.#sockets?.close(fd);
  }

  /** The board has left its network. */
  leaveNetwork(): void {
    this.#sockets?.abortAll();
  }

  detach(): void {
    this.#files.onClose = () => undefined;
    this.#sockets?.closeAll();
  }

  /** @throws Error while the program has sockets, or looks up a name: their other ends cannot be saved. */
  save(): undefined {
    if (this.#sockets?.isUsed) throw new Error("a program has sockets open, and a connection cannot be saved");
  }

  load(): void {}
}

function attachSockets(vm: Vm, uplink: Uplink, sockets: BoardSockets): void {
  vm.handle("net_address", () => addressBytes(uplink.address));
  vm.handle("net_resolve", ({ name }) =>
    addressBytes(addressNumber(name) === undefined ? sockets.resolve(name) : name),
  );
  vm.handle("net_open", ({ socket, isStream }) => sockets.open(socket, isStream === 1));
  vm.handle("net_close", ({ socket }) => sockets.close(socket));
  vm.handle("net_bind", ({ socket, port }) => sockets.bind(socket, port));
  vm.handle("net_connect", (call) => sockets.connect(call.socket, endpoint(call)));
  vm.handle("net_listen", ({ socket, backlog }) => sockets.listen(socket, backlog));
  vm.handle("net_accept", ({ socket, accepted }) => {
    const remote = sockets.accept(socket, accepted);
    return remote === undefined ? NO_BYTES : withEndpoint(remote, NO_BYTES);
  });
  attachTransfers(vm, sockets);
  attachTls(vm, sockets);
}

/** A board without a network: python/socket.py tells why. */
function attachNone(vm: Vm): void {
  const refuse = (): never => {
    throw new Refusal(ENODEV, "this board has no IP network");
  };
  vm.handle("net_open", refuse);
  vm.handle("net_resolve", refuse);
  vm.handle("net_address", () => addressBytes(DEFAULT_ADDRESS));
}

function attachTransfers(vm: Vm, sockets: BoardSockets): void {
  vm.handle("net_events", ({ socket }) => sockets.events(socket));
  vm.handle("net_check", ({ socket }) => sockets.check(socket));
  vm.handle("net_read", ({ socket, length, toLineEnd }) => sockets.read(socket, length, toLineEnd === 1));
  vm.handle("net_write", ({ socket, bytes }) => sockets.write(socket, bytes));
  vm.handle("net_send", (call) => sockets.send(call.socket, endpoint(call), call.bytes));
  vm.handle("net_receive", ({ socket, length }) => {
    const { from, bytes } = sockets.receive(socket, length);
    return withEndpoint(from, bytes.subarray(0, length));
  });
}

function attachTls(vm: Vm, sockets: BoardSockets): void {
  let settings: Partial<TlsOptions> = {};
  vm.handle("net_tls_set", ({ setting, value }) => {
    const name = TLS_SETTINGS[setting];
    if (name !== undefined) settings = { ...settings, [name]: name === "hostname" ? text(value) : pem(name, value) };
  });
  vm.handle("net_start_tls", ({ socket, isServer, verify }) => {
    const options = { ...settings, isServer: isServer === 1, verify: verify === 1 };
    settings = {};
    sockets.startTls(socket, options);
  });
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Certificates and keys are DER, or PEM already. */
function pem(name: "certificate" | "key" | "authorities", bytes: Uint8Array): string {
  const asText = text(bytes);
  if (asText.includes("-----BEGIN")) return asText;
  const label = name === "key" ? keyLabel(bytes) : "CERTIFICATE";
  return `-----BEGIN ${label}-----\n${btoa(String.fromCharCode(...bytes))}\n-----END ${label}-----\n`;
}

/** ASN.1: the tags of what follows the version in a key's sequence. */
const SEQUENCE = 0x30;
const OCTET_STRING = 0x04;

/** Of PKCS#8 (RFC 5208: an algorithm follows), of an elliptic curve (RFC 5915: the key), or of RSA (RFC 8017: a number). */
function keyLabel(der: Uint8Array): string {
  const [, length = 0] = der;
  const sequence = length < 0x80 ? 2 : 2 + (length & 0x7f);
  const tag = der[sequence + 3]; // after the version: an integer of one byte
  if (tag === SEQUENCE) return "PRIVATE KEY";
  return tag === OCTET_STRING ? "EC PRIVATE KEY" : "RSA PRIVATE KEY";
}

function endpoint({ address, port }: { readonly address: number; readonly port: number }): Endpoint {
  return { address: addressText(address), port };
}

/** Nothing: it is being looked up; one byte: it has none. */
function addressBytes(address: string | undefined): Uint8Array {
  if (address === undefined) return NO_BYTES;
  const number = addressNumber(address);
  if (number === undefined) return new Uint8Array(1);
  const bytes = new Uint8Array(ADDRESS_BYTES);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** An endpoint, then bytes: address (4 bytes), port (2), both with their high byte first. */
function withEndpoint({ address, port }: Endpoint, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(ENDPOINT_BYTES + bytes.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, addressNumber(address) ?? 0);
  view.setUint16(ADDRESS_BYTES, port);
  whole.set(bytes, ENDPOINT_BYTES);
  return whole;
}
