import type { Machine } from "./board/machine.ts";
import type { BoardOptions } from "./board-options.ts";
import type { Uplink } from "./network/ip-network.ts";
import { attachCrypto } from "./parts/crypto-part.ts";
import { attachEspNow } from "./parts/espnow-part.ts";
import { attachMachine } from "./parts/machine-part.ts";
import { attachSockets, type SocketFiles } from "./parts/socket-part.ts";
import { attachWlan } from "./parts/wlan-part.ts";
import type { Vm } from "./vm/vm.ts";

/** What a board's program finds on it. */
export interface BoardParts {
  readonly machine: Machine;
  readonly files: SocketFiles;
  /** Undefined: it has no IP network. */
  readonly uplink: Uplink | undefined;
  readonly options: BoardOptions;
}

/** Gives a program all parts of its board. Returns how to take them away; `interfacesToo`: Wi-Fi is down then. */
export function attachParts(vm: Vm, board: BoardParts): (interfacesToo: boolean) => void {
  const { machine, options } = board;
  const { radio } = machine;
  const wlan = attachWlan(vm, radio, options.accessPoint);
  const detachSockets = attachSockets(vm, { ...board, isUp: () => wlan.isUp() });
  const detachEspNow = attachEspNow(vm, radio, options.board ?? "esp32");
  const detachMachine = attachMachine(vm, machine);
  attachCrypto(vm);
  return (interfacesToo) => {
    detachMachine();
    detachEspNow();
    detachSockets();
    if (interfacesToo) wlan.detach();
  };
}
