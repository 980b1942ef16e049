// A radio of one's own: ESP-NOW messages as UDP datagrams to a multicast group on this computer. `npm test` runs the
// tests against it that every radio of the library passes (udp-radio.test.ts).
//
//     registerRadio("udp", udpOpener);
//     const radio = await openRadio("udp:239.255.42.1:4210");

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  type Clock,
  EspNowError,
  type MacAddress,
  type Peer,
  type PreparedSend,
  RadioBase,
  type RadioOpener,
  Rate,
  randomStationAddress,
  type SendReport,
  toMac,
} from "aioespnow";
import { ADDR_LEN, isGroup, macAt, putMac } from "aioespnow/codec";
import { systemClock } from "aioespnow/sim";

// A datagram:  type, channel  |  id    |  destination  |  source  |  message, or nonce, tag and encrypted message
//              1     1           4        6               6
const ID = 2;
const DESTINATION = ID + 4;
const SOURCE = DESTINATION + ADDR_LEN;
const BODY = SOURCE + ADDR_LEN;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

const Type = { message: 1, encrypted: 2, ack: 3 } as const;

const MAX_DATA_LENGTH = 1470;
/** On one computer an answer takes less than a millisecond. */
const ACK_TIMEOUT_MS = 100;
const CHANNELS = Array.from({ length: 14 }, (_, index) => index + 1);

/** A message on its way: what its sender is told, and how to stop waiting for its acknowledgement. */
interface Flight {
  readonly done: (report: SendReport) => void;
  readonly cancel: () => void;
}

export class UdpRadio extends RadioBase {
  readonly #socket: Socket;
  readonly #group: string;
  readonly #port: number;
  readonly #flights = new Map<number, Flight>();
  #lastId = 0;
  #closed = false;

  /** @param socket bound, and a member of the group. */
  constructor(socket: Socket, group: string, port: number, mac: MacAddress = randomStationAddress()) {
    super({
      capabilities: {
        maxDataLength: MAX_DATA_LENGTH,
        maxPeers: Number.POSITIVE_INFINITY,
        maxEncryptedPeers: Number.POSITIVE_INFINITY,
        interfaces: [0],
        setsAddress: true,
        blocks: false, // a socket of Node is heard by the event loop only
        rssi: false,
        rates: [Rate.RATE_1M],
        attempts: false,
        reportTimeoutMs: 2 * ACK_TIMEOUT_MS,
        frameDetails: false,
      },
      station: mac,
      accessPoint: mac,
      channels: CHANNELS,
      txBuffers: 32,
    });
    this.#socket = socket;
    this.#group = group;
    this.#port = port;
    socket.on("message", (datagram) => this.#onDatagram(datagram));
    socket.unref();
  }

  get clock(): Clock {
    return systemClock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.stop();
    this.#socket.close();
    const error = new EspNowError("ERR_RADIO_CLOSED", "the radio was closed");
    for (const id of [...this.#flights.keys()]) this.#report(id, { status: "failed", error });
    this.setState({ state: "closed" });
  }

  // A datagram says all that there is to say: nothing has to be set.
  protected override applyStarted(): void {}
  protected override applyInterface(): void {}
  protected override applyChannel(): void {}
  protected override applyRate(): void {}
  protected override applyTxPower(): void {}
  protected override applyPmk(): void {}

  protected override prepareSend(peer: Peer, data: Uint8Array): PreparedSend {
    const id = ++this.#lastId;
    const noAck = isGroup(peer.mac);
    const type = peer.encrypt ? Type.encrypted : Type.message;
    const header = this.#header(type, id, peer.mac);
    const datagram = Buffer.concat(peer.encrypt ? [header, ...seal(data, header, peer.lmk)] : [header, data]);
    return (done) => {
      const report: SendReport = { status: noAck ? "broadcast" : "no-ack" };
      const due = this.clock.now() + (noAck ? 0 : ACK_TIMEOUT_MS);
      this.#flights.set(id, { done, cancel: this.clock.schedule(due, () => this.#report(id, report)) });
      this.#socket.send(datagram, this.#port, this.#group);
    };
  }

  #report(id: number, report: SendReport): void {
    const flight = this.#flights.get(id);
    this.#flights.delete(id);
    flight?.cancel();
    flight?.done(report);
  }

  #header(type: number, id: number, destination: MacAddress): Buffer {
    const header = Buffer.alloc(BODY);
    header[0] = type;
    header[1] = this.channel;
    header.writeUInt32BE(id, ID);
    putMac(destination, header, DESTINATION);
    putMac(this.address(0), header, SOURCE);
    return header;
  }

  #onDatagram(datagram: Buffer): void {
    if (this.#closed || datagram.length < BODY || datagram[1] !== this.channel) return;
    const destination = macAt(datagram, DESTINATION);
    const source = macAt(datagram, SOURCE);
    if (source === this.address(0) || !this.isInterfaceActive(0)) return;
    const forUs = destination === this.address(0);
    if (datagram[0] === Type.ack) {
      if (forUs) this.#report(datagram.readUInt32BE(ID), { status: "acked" });
    } else if (forUs || isGroup(destination)) {
      if (forUs) this.#socket.send(this.#header(Type.ack, datagram.readUInt32BE(ID), source), this.#port, this.#group);
      this.#onMessage(datagram, source, destination);
    }
  }

  #onMessage(datagram: Buffer, source: MacAddress, destination: MacAddress): void {
    const encrypted = datagram[0] === Type.encrypted;
    const peer = this.peers.find(source);
    const data = encrypted ? open(datagram, peer?.lmk) : new Uint8Array(datagram.subarray(BODY));
    if (data === undefined) this.counters[peer?.encrypt ? "badMic" : "noKey"]++;
    else if (!encrypted && peer?.encrypt && !isGroup(destination)) this.counters.plaintext++;
    else {
      const { channel } = this;
      const timeMs = this.clock.now();
      this.hear({
        source,
        destination,
        data,
        rssi: undefined,
        channel,
        rate: undefined,
        timeMs,
        encrypted,
        replayed: false,
      });
    }
  }
}

/** AES in GCM; the header is authenticated with it. Real ESP-NOW uses CCM, with a key made of two. */
function seal(data: Uint8Array, header: Uint8Array, key: Uint8Array): Uint8Array[] {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv("aes-128-gcm", key, nonce).setAAD(header);
  const encrypted = Buffer.concat([cipher.update(data), cipher.final()]);
  return [nonce, cipher.getAuthTag(), encrypted];
}

/** Undefined: there is no key, or it is another one, or somebody changed the message. */
function open(datagram: Buffer, key: Uint8Array | undefined): Uint8Array | undefined {
  const tag = BODY + NONCE_LENGTH;
  const text = tag + TAG_LENGTH;
  if (key === undefined || datagram.length < text) return undefined;
  const decipher = createDecipheriv("aes-128-gcm", key, datagram.subarray(BODY, tag));
  decipher.setAAD(datagram.subarray(0, BODY)).setAuthTag(datagram.subarray(tag, text));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(datagram.subarray(text)), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** Joins a multicast group; it does not leave this computer. */
export async function openUdpRadio(group: string, port: number, mac?: MacAddress): Promise<UdpRadio> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  socket.bind(port);
  await once(socket, "listening");
  socket.setMulticastInterface("127.0.0.1");
  socket.addMembership(group, "127.0.0.1");
  socket.setMulticastTTL(0);
  return new UdpRadio(socket, group, port, mac);
}

/** `udp:GROUP:PORT`, with the parameter `mac`. */
export const udpOpener: RadioOpener = {
  radio(path, parameters) {
    const [group = "", port = ""] = path.split(":");
    if (group === "" || !/^\d+$/.test(port)) throw new RangeError(`a UDP radio is udp:GROUP:PORT, not udp:${path}`);
    const mac = parameters.get("mac");
    return {
      ready: () => openUdpRadio(group, Number(port), mac === null ? undefined : toMac(mac)),
      readySync() {
        throw new EspNowError("ENOTSUP", "a UDP radio is heard by the event loop only; use openRadio()");
      },
    };
  },
};
