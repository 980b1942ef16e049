import type { MacAddress } from "./codec/mac-address.ts";
import type { Phy } from "./phy/phy.ts";
import { type AirLink, joinAir } from "./phy/shared-air/air-link.ts";
import { PROFILES, type ProfileName } from "./phy/sim/profile.ts";
import { PacketNumbers } from "./radio/soft-mac/packet-numbers.ts";
import { SoftMacRadio } from "./radio/soft-mac/soft-mac.ts";
import { UNLIMITED } from "./radio/soft-mac/soft-mac-options.ts";

export interface AirRadioOptions {
  /** `"esp32"` if left out. */
  readonly profile?: ProfileName;
  /** A random one if left out. */
  readonly mac?: MacAddress;
  /** Of ESP-NOW; an ESP8266 has 1 if left out, the others 2. */
  readonly version?: 1 | 2;
}

/** A computer starts a thread and finds its host in a tenth of this. */
const JOIN_TIMEOUT_MS = 3000;

/** The shared airs that this program has joined, by name. */
const links = new Map<string, AirLink>();

/** The connection of this program to the shared air of a name. @throws EspNowError `ENOTSUP` where there are no threads. */
export function airLink(name: string): AirLink {
  const known = links.get(name);
  if (known !== undefined && !known.closed) return known;
  const link = joinAir(name);
  links.set(name, link);
  return link;
}

/** Of all keys that this program has used on shared airs: their numbers do not end with a radio. */
const packetNumbers = new PacketNumbers();

/** A radio on a simulated air that several processes share. */
export class AirRadio extends SoftMacRadio {
  readonly #link: AirLink;

  /** A new radio. @throws RangeError for an address that cannot be a station's; then there is no new station. */
  static on(link: AirLink, options: AirRadioOptions = {}): AirRadio {
    const phy = link.phy(options.profile ?? "esp32");
    try {
      return new AirRadio(phy, link, options);
    } catch (error) {
      void phy[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(phy: Phy, link: AirLink, { profile = "esp32", mac, version }: AirRadioOptions) {
    super(phy, {
      version: version ?? (profile === "esp8266" ? 1 : 2),
      family: profile === "esp8266" ? "esp8266" : "esp32",
      txBuffers: PROFILES[profile].queueLimit,
      packetNumbers,
      ...(profile === "host" ? UNLIMITED : {}),
      ...(mac === undefined ? {} : { mac }),
    });
    this.#link = link;
  }

  /** Resolves when the air was joined. @throws by rejection: EspNowError `ERR_RADIO_DOWN`, and closes the radio. */
  async joined(): Promise<void> {
    const release = this.clock.keepAlive();
    await new Promise<void>((resolve) => this.#link.whenSettled(resolve));
    release();
    this.#closeIfDown();
  }

  /** Blocks the thread until the air was joined. @throws EspNowError `ERR_RADIO_DOWN`, and closes the radio. */
  waitUntilJoined(): void {
    const deadline = this.clock.now() + JOIN_TIMEOUT_MS;
    while (!this.#link.settled && this.clock.now() < deadline) this.clock.wait(deadline);
    this.#closeIfDown();
  }

  #closeIfDown(): void {
    const { down } = this.#link;
    if (down === undefined) return;
    void this[Symbol.asyncDispose]();
    throw down;
  }
}
