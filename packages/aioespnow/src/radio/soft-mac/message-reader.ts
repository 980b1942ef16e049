import { ActionBody, decodeActionBody, isForeign, type ReceiveRules } from "../../codec/action-frame.ts";
import { packetNumber } from "../../codec/ccmp-header.ts";
import {
  destinationOf,
  isAction,
  isProtected,
  isRetry,
  MANAGEMENT_HEADER_LENGTH,
  sourceOf,
} from "../../codec/dot11.ts";
import { isGroup, type MacAddress } from "../../codec/mac-address.ts";
import type { ReceivedFrame } from "../../phy/phy.ts";
import type { RadioDropReason } from "../dropped-frame.ts";
import { emptyHeader, type MessageHeader, type MessageInfo } from "../message-info.ts";
import type { PeerTable } from "../peer-table.ts";
import type { RadioCounters } from "../radio-counters.ts";
import { DuplicateFilter, type DuplicateFilterState } from "./duplicate-filter.ts";
import type { PeerKeys } from "./peer-keys.ts";

export interface MessageReaderOptions {
  readonly peers: PeerTable;
  readonly keys: PeerKeys;
  readonly counters: RadioCounters;
  readonly rules: ReceiveRules;
  readonly acceptPlaintext: boolean;
  /** Messages to other stations too. */
  readonly acceptAll: boolean;
}

/** What a reader remembers of the messages that it has read. */
export type MessageReaderState = Readonly<Record<"plain" | "encrypted" | "replayed", DuplicateFilterState>>;

/** Makes messages of frames, or counts why not (docs/protocol.md 1.4, 1.5, 2.4). */
export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #body = new ActionBody();
  /**
   * Apart, because anybody can send plaintext in a peer's name, and repeat its old messages where they are let through:
   * that changes nothing for its new ones.
   */
  readonly #duplicates = {
    plain: new DuplicateFilter(),
    encrypted: new DuplicateFilter(),
    replayed: new DuplicateFilter(),
  };
  /** Why the last `read` gave no message. */
  dropReason: RadioDropReason = "notEspNow";
  readonly #message: MessageHeader & { data: Uint8Array } = { ...emptyHeader(), data: new Uint8Array() };

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /**
   * The message in a frame that is to one of `addresses` or to a group; undefined when it is dropped. The message is
   * reused: valid until the next call.
   */
  read(frame: ReceivedFrame, addresses: readonly MacAddress[]): MessageInfo | undefined {
    const { bytes } = frame;
    if (!isAction(bytes)) return this.#drop("notEspNow");
    const message = this.#message;
    const receiver = destinationOf(bytes);
    message.source = sourceOf(bytes);
    message.destination = receiver;
    if (!this.#options.acceptAll && !isGroup(receiver) && !addresses.includes(receiver)) {
      return this.#drop("notForUs");
    }
    message.encrypted = isProtected(bytes);
    message.replayed = false;
    if (!(message.encrypted ? this.#readEncrypted(bytes) : this.#readPlain(bytes))) return undefined;
    this.#duplicatesOf(message).accept(message.source, this.#body.random);
    message.data = this.#body.data();
    message.rssi = frame.rssi;
    message.channel = frame.channel;
    message.rate = frame.rate;
    message.timeMs = frame.timeMs;
    return message;
  }

  save(): MessageReaderState {
    const { plain, encrypted, replayed } = this.#duplicates;
    return { plain: plain.save(), encrypted: encrypted.save(), replayed: replayed.save() };
  }

  load({ plain, encrypted, replayed }: MessageReaderState): void {
    this.#duplicates.plain.load(plain);
    this.#duplicates.encrypted.load(encrypted);
    this.#duplicates.replayed.load(replayed);
  }

  #readPlain(bytes: Uint8Array): boolean {
    if (!this.#decode(bytes, MANAGEMENT_HEADER_LENGTH)) return false;
    const { keys, acceptPlaintext } = this.#options;
    if (!acceptPlaintext && !isGroup(destinationOf(bytes)) && keys.get(this.#message.source) !== undefined) {
      this.#drop("plaintext");
      return false;
    }
    return !this.#isDuplicate(bytes);
  }

  #readEncrypted(bytes: Uint8Array): boolean {
    const { keys, peers, counters } = this.#options;
    const { source } = this.#message;
    const pn = packetNumber(bytes);
    if (typeof pn !== "number") {
      this.#drop(pn.reason === "ccmp-key-id" ? "notEspNow" : "malformed");
      return false;
    }
    const key = keys.get(source);
    const plaintext = key?.ccmp.open(bytes);
    if (key === undefined || plaintext === undefined) {
      this.#drop(key === undefined ? "noKey" : "badMic");
      return false;
    }
    if (!this.#decode(plaintext, 0) || this.#isDuplicate(bytes)) return false;
    if (key.guard.isNew(pn)) return true;
    if (peers.find(source)?.replay === "window") {
      this.#drop("replayed");
      return false;
    }
    counters.replayedAccepted++;
    this.#message.replayed = true;
    return true;
  }

  #decode(body: Uint8Array, offset: number): boolean {
    const result = decodeActionBody(body, offset, body.length, this.#options.rules, this.#body);
    if (!("reason" in result)) return true;
    this.#drop(isForeign(result.reason) ? "notEspNow" : "malformed");
    return false;
  }

  #isDuplicate(frame: Uint8Array): boolean {
    if (!isRetry(frame)) return false;
    const { source, encrypted } = this.#message;
    const { plain, replayed } = this.#duplicates;
    const first = encrypted ? this.#duplicates.encrypted : plain;
    const { random } = this.#body;
    if (!first.repeats(source, random) && !(encrypted && replayed.repeats(source, random))) return false;
    this.#drop("duplicates");
    return true;
  }

  #duplicatesOf({ encrypted, replayed }: Pick<MessageHeader, "encrypted" | "replayed">): DuplicateFilter {
    if (!encrypted) return this.#duplicates.plain;
    return replayed ? this.#duplicates.replayed : this.#duplicates.encrypted;
  }

  #drop(reason: RadioDropReason): undefined {
    this.#options.counters[reason]++;
    this.dropReason = reason;
    return undefined;
  }
}
