import { NoticeType, RequestType } from "#lib/radio/board/board-protocol.ts";
import { decodeRequestFrame, encodeNoticeFrame, type LineFrame } from "#lib/radio/board/framing.ts";
import type { Talker } from "./board-line.ts";

/** Version 2, signal strength and rates, 1470 bytes; two addresses. */
export const HELLO: Uint8Array = Uint8Array.of(2, 3, 5, 190, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);

/** Firmware that speaks the board protocol and does nothing: for what no agent on MicroPython would say. */
export class Firmware implements Talker {
  onOutput: (bytes: Uint8Array) => void = () => undefined;
  /** What it says to a request other than for a hello. */
  answer: (frame: LineFrame) => void = ({ sequence }) => this.say(NoticeType.reply, sequence, [0, 0, 0, 0, 1]);
  readonly #stretch: number[] = [];

  say(type: number, sequence: number, payload: Iterable<number>, events = 0): void {
    this.onOutput(encodeNoticeFrame({ type, sequence, events, payload: Uint8Array.from(payload) }));
  }

  hear(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte !== 0) this.#stretch.push(byte);
      else this.#read(decodeRequestFrame(Uint8Array.from(this.#stretch.splice(0))));
    }
  }

  #read(frame: LineFrame | undefined): void {
    if (frame === undefined) return;
    if (frame.type !== RequestType.alive) this.answer(frame);
    else if (frame.sequence === 1) this.say(NoticeType.hello, 1, HELLO);
  }
}
