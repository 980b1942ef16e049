import { BROADCAST, type MacAddress, type Radio } from "aioespnow";
import { isLongRange, Protocol, understands } from "aioespnow/codec";
import { EspNowCore, type Observation } from "aioespnow/core";
import type { BoardName } from "./board/board-name.ts";

/** More kinds of trouble than a person would read of. */
const MAX_FINDINGS = 20;

/** A board whose messages are watched. */
export interface WatchedBoard {
  /** What people call it. */
  readonly name: string;
  /** The radio that it sends and hears with. */
  readonly radio: Radio;
  /** Its hardware. */
  readonly machine: {
    /** Its kind. */
    readonly board: BoardName;
  };
}

/** What a person would want to know of the messages of some boards: those that nobody could have received, and those that were dropped. */
export class AirFindings {
  readonly #boards: WatchedBoard[] = [];
  /** How many times, by the sentence about it: `#` stands for the number, with its noun. */
  readonly #found = new Map<string, { noun: string; count: number }>();
  readonly #isWhole: boolean;

  /** `isWhole`: nobody else is on the air of these boards. */
  constructor({ isWhole }: { readonly isWhole: boolean }) {
    this.#isWhole = isWhole;
  }

  /** From now on a board's messages are looked at. Returns how to end it. */
  watch(board: WatchedBoard): () => void {
    this.#boards.push(board);
    return EspNowCore.of(board.radio).observe((event) => this.#look(board, event));
  }

  /** A sentence each: `sensor: 12 messages to 78:21:84:c6:38:b0: no board has this address (--mac)`. */
  get sentences(): readonly string[] {
    return [...this.#found].map(([text, { noun, count }]) =>
      text.replace("#", `${count} ${noun}${count === 1 ? "" : "s"}`),
    );
  }

  #look(board: WatchedBoard, event: Observation): void {
    if (event.kind === "dropped" && event.reason === "bufferFull") {
      this.#note(`${board.name}: # dropped: its receive buffer was full (ESPNow.config(rxbuf=...))`, "message");
    } else if (event.kind === "sent" && this.#isWhole) {
      const { destination } = event.message;
      if (destination === BROADCAST) this.#lookAtBroadcast(board);
      else if (event.report.status === "no-ack") this.#lookAtLost(board, destination);
    }
  }

  #lookAtLost(sender: WatchedBoard, destination: MacAddress): void {
    const { channel } = sender.radio;
    const receiver = this.#boards.find(({ radio }) => addressesOf(radio).includes(destination));
    const what = `${sender.name}: # to ${receiver?.name ?? destination}`;
    if (receiver === undefined) this.#note(`${what}: no board has this address (--mac)`, "message");
    else if (!isOn(receiver.radio)) this.#note(`${what}: its Wi-Fi was off, or it slept`, "message");
    else if (receiver.radio.channel !== channel) {
      this.#note(`${what}: it was on channel ${receiver.radio.channel}, and ${sender.name} on ${channel}`, "message");
    } else if (!hears(receiver.radio, sender.radio)) this.#note(`${what}: it ${deafness(sender.radio)}`, "message");
    else if (!hears(sender.radio, sender.radio)) {
      this.#note(
        `${sender.name}: # at a long range rate, and its protocol has no MODE_LR: it hears no answer`,
        "message",
      );
    }
  }

  #lookAtBroadcast(sender: WatchedBoard): void {
    const { channel } = sender.radio;
    const others = this.#boards.filter(({ radio }) => radio !== sender.radio && isOn(radio));
    if (others.length === 0) return;
    const onChannel = others.filter(({ radio }) => radio.channel === channel);
    const near = onChannel.filter(({ machine }) => machine.board !== "esp8266");
    if (near.some(({ radio }) => hears(radio, sender.radio))) return;
    if (near.length === 0 && onChannel.length > 0) {
      this.#note(`${sender.name}: #: an ESP8266 hears none, send to its address`, "broadcast");
      return;
    }
    if (near.length > 0) {
      this.#note(`${sender.name}: #: each other board ${deafness(sender.radio)}`, "broadcast");
      return;
    }
    const channels = [...new Set(others.map(({ radio }) => radio.channel))].sort((a, b) => a - b).join(", ");
    this.#note(`${sender.name}: # on channel ${channel}: the other boards were on ${channels}`, "broadcast");
  }

  #note(text: string, noun: string): void {
    const found = this.#found.get(text);
    if (found !== undefined) found.count++;
    else if (this.#found.size < MAX_FINDINGS) this.#found.set(text, { noun, count: 1 });
  }
}

function addressesOf(radio: Radio): readonly MacAddress[] {
  return radio.capabilities.interfaces.map((iface) => radio.address(iface));
}

function isOn(radio: Radio): boolean {
  return radio.capabilities.interfaces.some((iface) => radio.isInterfaceActive(iface));
}

function sendsLongRange({ rate, protocol }: Radio): boolean {
  return isLongRange(rate) || protocol === Protocol.lr;
}

/** Whether the receiver understands what the sender sends. */
function hears({ protocol }: Radio, sender: Radio): boolean {
  return protocol === undefined || understands(protocol, sendsLongRange(sender));
}

function deafness(sender: Radio): string {
  return sendsLongRange(sender)
    ? "hears no long range frames (config(protocol=...) with MODE_LR)"
    : "hears long range frames only (config(protocol=...) with more than MODE_LR)";
}
