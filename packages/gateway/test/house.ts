import { AIOESPNow, BROADCAST, type Clock, type MacAddress, type Radio, toMac, WLAN } from "aioespnow";
import { type Air, SeededRandom, type SimRadioOptions } from "aioespnow/sim";
import {
  Bridge,
  type BridgeOptions,
  Gateway,
  type GatewayOptions,
  MemoryBroker,
  MemoryStore,
  type Store,
} from "espnow-gateway";

/** 2026-01-01, in ms since 1970: when a house's clock stands at 0. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

/** The address of the gateway's radio, and of a node. */
export const GATEWAY: MacAddress = toMac("02:00:00:00:00:fe");
export const NODE: MacAddress = toMac("02:00:00:00:00:a1");

/** A node that can send to the gateway and to all. */
export function switchOn(air: Air, mac: MacAddress, options: SimRadioOptions = {}): AIOESPNow {
  return switchOnRadio(air.radio({ mac, ...options }));
}

export function switchOnRadio(radio: Radio): AIOESPNow {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const espnow = new AIOESPNow(radio);
  espnow.active(true);
  espnow.addPeer(GATEWAY);
  espnow.addPeer(BROADCAST);
  return espnow;
}

/** A gateway with a broker in memory. */
export interface House extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly bridge: Bridge;
  readonly broker: MemoryBroker;
  readonly store: Store;
  /** The retained message on a topic as JSON; undefined if there is none. */
  retained(topic: string): unknown;
  /** What was published on a topic, as JSON. */
  published(topic: string): unknown[];
}

export interface HouseOptions
  extends Partial<GatewayOptions>,
    Pick<Partial<BridgeOptions>, "raw" | "discoveryPrefix" | "spool" | "powers"> {
  readonly broker?: MemoryBroker;
}

export function openHouse(radios: readonly Radio[], options: HouseOptions = {}): House {
  const { store = new MemoryStore() } = options;
  const { clock } = radios[0] as { readonly clock: Clock };
  const broker = options.broker ?? new MemoryBroker((work) => clock.schedule(clock.now(), work));
  const gateway = new Gateway({ radios, store, epochMs: EPOCH_MS, ...options });
  const client = broker.client();
  const bridge = new Bridge({
    gateway,
    broker: client,
    store,
    random: new SeededRandom(1),
    version: "1.2.3",
    ...(options.raw === undefined ? {} : { raw: options.raw }),
    ...(options.discoveryPrefix === undefined ? {} : { discoveryPrefix: options.discoveryPrefix }),
    ...(options.powers === undefined ? {} : { powers: options.powers }),
    ...(options.spool === undefined ? {} : { spool: options.spool }),
  });
  gateway.start();
  bridge.start();
  return {
    gateway,
    bridge,
    broker,
    store,
    retained(topic) {
      const payload = broker.retained.get(topic);
      return payload === undefined ? undefined : JSON.parse(payload);
    },
    published(topic) {
      return broker.published.filter((one) => one.topic === topic).map(({ payload }) => JSON.parse(payload));
    },
    async [Symbol.asyncDispose]() {
      bridge.stop();
      await gateway[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}
