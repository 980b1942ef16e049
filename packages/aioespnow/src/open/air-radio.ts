import { checkAirName } from "../phy/shared-air/air-name.ts";
import { type JoinedAir, joinAir } from "../phy/shared-air/joined-air.ts";
import { PROFILES } from "../phy/sim/profile.ts";
import { SoftMacRadio } from "../radio/soft-mac/soft-mac.ts";
import { UNLIMITED } from "../radio/soft-mac/soft-mac-options.ts";
import { abortable } from "../util/abortable.ts";
import type { Opening, OpenOptions, RadioOpener } from "./opening.ts";
import { checkNames, type StationParameters, stationParameters } from "./parameters.ts";

/** `air:` or `air:NAME`: a simulated air that the processes of this user share. */
export const airOpener: RadioOpener = {
  radio(name, parameters, options) {
    checkNames("air", parameters, ["mac", "profile", "version"]);
    const station = stationParameters(parameters);
    return new AirOpening(joined(checkAirName(name)), station, options);
  },
  phy(name, parameters) {
    checkNames("air", parameters, []);
    return joined(checkAirName(name)).phy("host", true);
  },
};

/** A computer starts a thread and finds its host in a tenth of this. */
const JOIN_TIMEOUT_MS = 3000;

/** The shared airs that this program has joined, by name. */
const joinedAirs = new Map<string, JoinedAir>();

/** The connection of this program to the shared air of a name. @throws EspNowError `ENOTSUP` where there are no threads. */
function joined(name: string): JoinedAir {
  const known = joinedAirs.get(name);
  if (known !== undefined && !known.closed) return known;
  const air = joinAir(name);
  joinedAirs.set(name, air);
  return air;
}

/** A radio on a simulated air that several processes share, while that air is joined. */
export class AirOpening implements Opening {
  readonly #air: JoinedAir;
  readonly #radio: SoftMacRadio;

  /** @throws RangeError for an address that cannot be a station's; then there is no new station. */
  constructor(air: JoinedAir, station: StationParameters = {}, options: OpenOptions = {}) {
    this.#air = air;
    this.#radio = airRadio(air, station, options);
  }

  /** @throws by rejection: EspNowError `ERR_RADIO_DOWN`; then the radio is closed again. */
  async ready(signal?: AbortSignal): Promise<SoftMacRadio> {
    const release = this.#air.clock.keepAlive();
    try {
      await abortable<void>(signal, (resolve) => {
        this.#air.whenSettled(resolve);
        return () => undefined;
      });
    } catch (reason) {
      await this.#radio[Symbol.asyncDispose]();
      throw reason;
    } finally {
      release();
    }
    return this.#joined();
  }

  /** @throws EspNowError `ERR_RADIO_DOWN`; then the radio is closed again. */
  readySync(): SoftMacRadio {
    const { clock } = this.#air;
    const deadline = clock.now() + JOIN_TIMEOUT_MS;
    while (!this.#air.settled && clock.now() < deadline) clock.wait(deadline);
    return this.#joined();
  }

  #joined(): SoftMacRadio {
    const { down } = this.#air;
    if (down === undefined) return this.#radio;
    void this.#radio[Symbol.asyncDispose]();
    throw down;
  }
}

function airRadio(
  air: JoinedAir,
  { profile = "esp32", mac, version }: StationParameters,
  { packetNumbers }: OpenOptions,
): SoftMacRadio {
  const phy = air.phy(profile);
  try {
    return new SoftMacRadio(phy, {
      version: version ?? (profile === "esp8266" ? 1 : 2),
      family: profile === "esp8266" ? "esp8266" : "esp32",
      txBuffers: PROFILES[profile].queueLimit,
      ...(packetNumbers === undefined ? {} : { packetNumbers }),
      ...(profile === "host" ? UNLIMITED : {}),
      ...(mac === undefined ? {} : { mac }),
    });
  } catch (error) {
    void phy[Symbol.asyncDispose]();
    throw error;
  }
}
