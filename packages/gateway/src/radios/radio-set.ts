// radios: Radios as the gateway uses them: peers come and go as there is room, and every send has one end. It knows
// addresses and messages, and no nodes.

import type { MacAddress, Radio } from "aioespnow";
import type { MessageInfo } from "aioespnow/core";
import { RadioPort } from "./radio-port.ts";

/** The radios of the gateway, by number. */
export class RadioSet {
  readonly #ports: readonly RadioPort[];

  /** `onHeard` is called synchronously with the number of the radio: it copies what it keeps. */
  constructor(radios: readonly Radio[], onHeard: (radio: number, message: MessageInfo) => void) {
    this.#ports = radios.map((radio, i) => new RadioPort(radio, (message) => onHeard(i, message)));
  }

  get all(): readonly Radio[] {
    return this.#ports.map(({ radio }) => radio);
  }

  at(number: number): RadioPort {
    const port = this.#ports[number];
    if (port === undefined) throw new RangeError(`there are ${this.#ports.length} radios`);
    return port;
  }

  start(): void {
    for (const port of this.#ports) port.start();
  }

  stop(): void {
    for (const port of this.#ports) port.stop();
  }

  /** What a node says is read with this key, and no other one; undefined: in the clear. */
  useKey(mac: MacAddress, lmk: Uint8Array | undefined): void {
    for (const port of this.#ports) lmk === undefined ? port.removeKey(mac) : port.addKey(mac, lmk);
  }
}
