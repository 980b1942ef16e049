import { AIOESPNow, type MacAddress, type Radio, WLAN } from "aioespnow";

/** What the gateway knows of one sensor. */
export interface SensorLog {
  readonly readings: number[];
  /** dBm, of the last message; undefined where the radio does not tell. */
  rssi: number | undefined;
}

/** Collects the readings of all sensors it hears. Ends with ESP-NOW. */
export async function gateway(radio: Radio, logs: Map<MacAddress, SensorLog>): Promise<void> {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  for await (const { source, data, rssi } of e.packets()) {
    const readings: unknown = parse(data);
    if (!Array.isArray(readings)) continue; // anybody may send anything
    const log: SensorLog = logs.get(source) ?? { readings: [], rssi };
    log.readings.push(...readings.filter((one) => typeof one === "number"));
    log.rssi = rssi;
    logs.set(source, log);
  }
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
