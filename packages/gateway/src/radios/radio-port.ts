import { ESPNow, EspNowError, type MacAddress, type Radio, type SendReport, WLAN } from "aioespnow";
import { EspNowCore, type MessageInfo } from "aioespnow/core";

/** One radio of the gateway: what it hears goes to `onHeard`, and it sends to any node. */
export class RadioPort {
  readonly radio: Radio;
  readonly #espnow: ESPNow;
  readonly #core: EspNowCore;
  readonly #onHeard: (message: MessageInfo) => void;
  #stopObserving: () => void = () => undefined;

  /** `onHeard` is called synchronously: it copies what it keeps. */
  constructor(radio: Radio, onHeard: (message: MessageInfo) => void) {
    this.radio = radio;
    this.#onHeard = onHeard;
    this.#espnow = new ESPNow(radio);
    this.#core = EspNowCore.of(radio);
  }

  start(): void {
    new WLAN(WLAN.IF_STA, this.radio).active(true);
    this.#espnow.active(true);
    this.#stopObserving = this.#core.observe((event) => {
      if (event.kind === "heard") this.#onHeard(event.message);
    });
    // Nobody reads: the receive buffer is emptied, so that it does not count messages as lost.
    this.#espnow.irq((espnow) => {
      while (espnow.any()) espnow.recv(0);
    });
  }

  /** The radio stays open: it belongs to whoever opened it. */
  stop(): void {
    this.#stopObserving();
    if (this.#espnow.active()) this.#espnow.active(false);
  }

  /** `done` is called once, later; with `failed` too, where the radio refuses the message. */
  send(mac: MacAddress, lmk: Uint8Array | undefined, data: Uint8Array, done: (report: SendReport) => void): void {
    try {
      this.#ensurePeer(mac, lmk);
      this.#core.send(mac, data, done);
    } catch (error) {
      if (!(error instanceof EspNowError)) throw error;
      const { clock } = this.radio;
      clock.schedule(clock.now(), () => done({ status: "failed", error }));
    }
  }

  /** What a node says with this key can be read from now on; what it says with another one, no longer. */
  addKey(mac: MacAddress, lmk: Uint8Array): void {
    this.#ensurePeer(mac, lmk);
  }

  /** What is sent to the node is not encrypted any more, and what it says with the key is not read. */
  removeKey(mac: MacAddress): void {
    if (this.#espnow.getPeers().some((peer) => peer.mac === mac && peer.encrypt)) this.#espnow.delPeer(mac);
  }

  /** Where the list of peers is full, the oldest without a key goes. */
  #ensurePeer(mac: MacAddress, lmk: Uint8Array | undefined): void {
    const peers = this.#espnow.getPeers();
    const options = lmk === undefined ? {} : { lmk };
    const known = peers.find((peer) => peer.mac === mac);
    if (known !== undefined) {
      const hasKey = lmk === undefined || (known.encrypt && known.lmk.every((byte, i) => byte === lmk[i]));
      if (!hasKey) this.#espnow.modPeer(mac, options);
      return;
    }
    try {
      this.#espnow.addPeer(mac, options);
    } catch (error) {
      const oldest = peers.find(({ encrypt }) => !encrypt);
      if (!(error instanceof EspNowError && error.code === "ESP_ERR_ESPNOW_FULL") || oldest === undefined) throw error;
      this.#espnow.delPeer(oldest.mac);
      this.#espnow.addPeer(mac, options);
    }
  }
}
