import { AIOESPNow, type MacAddress, type Radio, Rate, toMac, WLAN } from "aioespnow";

export const NEAR: MacAddress = toMac("02:00:00:00:00:0a");
export const FAR: MacAddress = toMac("02:00:00:00:00:0b");
const LENGTH = 64;

/** What a station does with a message: its first byte. */
const KIND = { echo: 0, count: 1, last: 2 } as const;

/** ESP-NOW on a radio, at the highest rate without aggregation: the less the air takes, the more is ours. */
export function start(radio: Radio): AIOESPNow {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const espnow = new AIOESPNow(radio);
  espnow.active(true);
  espnow.config({ rate: Rate.RATE_54M });
  espnow.addPeer(radio.address(0) === NEAR ? FAR : NEAR);
  return espnow;
}

/** Sends messages back, or counts them: `onLast` is called when the last one of a series has come. */
export async function answer(espnow: AIOESPNow, onLast: () => void): Promise<void> {
  for await (const [mac, msg] of espnow) {
    if (msg[0] === KIND.echo) await espnow.asend(mac, msg, false);
    else if (msg[0] === KIND.last) onLast();
  }
}

export async function roundTrip(espnow: AIOESPNow): Promise<void> {
  await espnow.asend(FAR, message(KIND.echo), false);
  await espnow.airecv();
}

/** As `roundTrip`; the thread blocks while it waits. */
export function blockingRoundTrip(espnow: AIOESPNow): void {
  espnow.send(FAR, message(KIND.echo), false);
  espnow.recv();
}

/** Sends `count` messages, as fast as the radio takes them. Returns how many were acknowledged. */
export async function series(espnow: AIOESPNow, count: number): Promise<number> {
  const sent = Array.from({ length: count }, (_, i) =>
    espnow.asend(FAR, message(i === count - 1 ? KIND.last : KIND.count)),
  );
  return (await Promise.all(sent)).filter((isAcknowledged) => isAcknowledged).length;
}

function message(kind: number): Uint8Array {
  const data = new Uint8Array(LENGTH);
  data[0] = kind;
  return data;
}
