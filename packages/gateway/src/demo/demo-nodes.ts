// demo: Simulated nodes to look at. They send on a simulated air as real ones would, and know no gateway.

import { AIOESPNow, BROADCAST, type Clock, type Radio, WLAN } from "aioespnow";

/** A node of the demonstration: what it says, and how often. */
interface DemoNode {
  /** What people would call it. */
  readonly name: string;
  readonly everyMs: number;
  /** `n` counts its messages. `isOn`: what it was told last. */
  say(n: number, isOn: boolean): Uint8Array;
}

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const wave = (n: number, period: number): number => Math.sin((2 * Math.PI * n) / period);

/** A thermometer that sends JSON. */
const thermometer: DemoNode = {
  name: "Living room",
  everyMs: 1000,
  say: (n) =>
    text({ temperature: Number((21 + 2 * wave(n, 60)).toFixed(1)), battery: 100 - (Math.floor(n / 60) % 100) }),
};

/** A hygrometer that sends BTHome. */
const hygrometer: DemoNode = {
  name: "Bathroom",
  everyMs: 2000,
  say(n) {
    const message = new DataView(new ArrayBuffer(7));
    message.setUint8(0, 0x40);
    message.setUint8(1, 0x02);
    message.setInt16(2, Math.round(100 * (18 + wave(n, 45))), true);
    message.setUint8(4, 0x03);
    message.setUint16(5, Math.round(100 * (50 + 8 * wave(n, 30))), true);
    return new Uint8Array(message.buffer);
  },
};

/** A remote control of WiZ: someone presses on and off. */
const remote: DemoNode = {
  name: "Remote",
  everyMs: 5000,
  say(n) {
    const isOn = n % 2 === 0;
    return Uint8Array.of(isOn ? 0x91 : 0x81, n, n >> 8, 0, 0, 0x20, isOn ? 1 : 2, 1, 93, 0, 0, 0, 0);
  },
};

/** A lamp that does what it is told: `{"on": true}`. */
const lamp: DemoNode = {
  name: "Lamp",
  everyMs: 3000,
  say: (_, isOn) => text({ on: isOn, brightness: 70 }),
};

/** Whether a message says on or off; undefined: it says something else. The nodes hear each other's broadcasts too. */
function switchOf(message: Uint8Array | undefined): boolean | undefined {
  try {
    const { on, brightness } = JSON.parse(new TextDecoder().decode(message)) as Readonly<Record<string, unknown>>;
    return typeof on === "boolean" && brightness === undefined ? on : undefined;
  } catch {
    return undefined;
  }
}

const NODES = [thermometer, hygrometer, remote, lamp];

/** What the nodes of the demonstration are called. Each has a radio. */
export const DEMO_NAMES: readonly string[] = NODES.map(({ name }) => name);

/** Starts the nodes of the demonstration on as many `radios`. Returns how to stop them. */
export function startDemo(radios: readonly Radio[]): () => void {
  const stops = radios.map((radio, i) => startNode(radio, NODES[i] as DemoNode));
  return () => {
    for (const stop of stops) stop();
  };
}

function startNode(radio: Radio, { everyMs, say }: DemoNode): () => void {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const espnow = new AIOESPNow(radio);
  espnow.active(true);
  espnow.addPeer(BROADCAST);
  const clock: Clock = radio.clock;
  let isOn = false;
  let cancel = (): void => undefined;
  let n = 0;
  espnow.irq(() => {
    while (espnow.any()) isOn = switchOf(espnow.recv(0)[1] ?? undefined) ?? isOn;
  });
  const next = (): void => {
    espnow.send(BROADCAST, say(n++, isOn), false);
    cancel = clock.schedule(clock.now() + everyMs, next);
  };
  next();
  return () => {
    cancel();
    espnow.active(false);
  };
}
