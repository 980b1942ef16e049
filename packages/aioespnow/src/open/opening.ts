import type { Phy } from "../phy/phy.ts";
import type { Radio } from "../radio/radio.ts";
import type { PacketNumbers } from "../radio/soft-mac/packet-numbers.ts";

/** Options of `openRadio` in addition to the URL. */
export interface OpenOptions {
  /**
   * Which packet numbers encrypted messages have. Default: those of this thread, on `sim:` of the air. A `board:` counts
   * by itself, from 1 with each boot.
   */
  readonly packetNumbers?: PacketNumbers;
}

/** A radio that is being opened. Ask for it once, in one of the two ways. */
export interface Opening {
  /**
   * Resolves when the radio can be used.
   * @throws by rejection: why there is none, the reason of the signal too; then nothing is left open.
   */
  ready(signal?: AbortSignal): Promise<Radio>;
  /** Blocks the thread until the radio can be used. @throws as `ready`; EspNowError `ENOTSUP` where blocking is not possible. */
  readySync(): Radio;
}

/** The opening of a radio that can be used at once. */
export function opened(radio: Radio): Opening {
  return { ready: async () => radio, readySync: () => radio };
}

/** Opens the radios of one URL scheme, and the media below them. */
export interface RadioOpener {
  /**
   * Begins to open the radio of `SCHEME:PATH?PARAMETERS`. A mistake in the URL is thrown here, before anything is opened.
   * @throws RangeError, TypeError for a path or parameters that do not fit.
   */
  radio(path: string, parameters: URLSearchParams, options?: OpenOptions): Opening;
  /** The medium of 802.11 frames below such a radio. Left out: the radio moves messages, not frames. @throws as `radio`. */
  phy?(path: string, parameters: URLSearchParams): Phy;
}

/** Loads an opener when it is used for the first time: only `openRadio` and `openPhy` can wait for it. */
export type LazyRadioOpener = () => Promise<RadioOpener>;
