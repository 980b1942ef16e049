import type { CoreState } from "aioespnow/core";
import type { SimRadio, SimRadioState } from "aioespnow/sim";
import type { Machine } from "./board/machine.ts";
import type { BoardOptions } from "./board-options.ts";
import type { Uplink } from "./network/ip-network.ts";
import { Status } from "./parts/access-point.ts";
import { CryptoPart } from "./parts/crypto-part.ts";
import { EspNowPart, type EspNowState } from "./parts/espnow-part.ts";
import { MachinePart, type MachinePartState } from "./parts/machine-part.ts";
import { type SocketFiles, SocketPart } from "./parts/socket-part.ts";
import { WlanPart, type WlanState } from "./parts/wlan-part.ts";
import type { Vm } from "./vm/vm.ts";

/** A board's radio, with what was received. */
export interface BoardRadioState {
  readonly radio: SimRadioState;
  readonly core: CoreState;
}

/** What a program has made of what it finds on its board. */
export interface BoardPartsState {
  readonly wlan: WlanState;
  readonly espnow: EspNowState;
  readonly machine: MachinePartState;
}

/** What the parts need of the board. */
export interface PartsOfBoard {
  readonly machine: Machine;
  readonly files: SocketFiles;
  /** Undefined: it has no IP network. */
  readonly uplink: Uplink | undefined;
  readonly options: BoardOptions;
}

/** What a program finds on its board. */
export class BoardParts {
  readonly #wlan: WlanPart;
  readonly #espnow: EspNowPart;
  readonly #machine: MachinePart;
  readonly #sockets: SocketPart;
  readonly #crypto: CryptoPart;

  constructor(vm: Vm, { machine, files, uplink, options }: PartsOfBoard) {
    const { radio } = machine;
    this.#wlan = new WlanPart(vm, radio, options.accessPoint);
    this.#sockets = new SocketPart(vm, { uplink, files, isUp: () => this.#wlan.isUp(), machine });
    this.#wlan.onFailure = (status, ssid) =>
      machine.missed.add({ kind: status === Status.notFound ? "access-point" : "password", ssid });
    this.#wlan.onLeave = () => this.#sockets.leaveNetwork();
    this.#espnow = new EspNowPart(vm, radio, options.board ?? "esp32");
    this.#machine = new MachinePart(vm, machine);
    this.#crypto = new CryptoPart(vm);
  }

  /** The board begins, with its interfaces down. */
  begin(): void {
    this.#wlan.begin();
  }

  /** The program is over. Its interfaces may stay up: a board then acknowledges what is sent to it. */
  detach(interfacesToo: boolean): void {
    this.#machine.detach();
    this.#espnow.detach();
    this.#sockets.detach();
    this.#crypto.detach();
    if (interfacesToo) this.#wlan.detach();
  }

  /** @throws Error where a part cannot be saved now. */
  save(): BoardPartsState {
    this.#sockets.save();
    this.#crypto.save();
    return { wlan: this.#wlan.save(), espnow: this.#espnow.save(), machine: this.#machine.save() };
  }

  load(state: BoardPartsState): void {
    this.#wlan.load(state.wlan);
    this.#espnow.load(state.espnow);
    this.#machine.load(state.machine);
  }

  /** The radio, whose air is loaded, and what was received. */
  loadRadio(simRadio: SimRadio, { radio, core }: BoardRadioState): void {
    simRadio.load(radio, this.#espnow.loadCore(core));
  }
}
