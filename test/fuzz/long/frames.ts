import type { ReceiveRules } from "#lib/codec/action-frame.ts";
import { dissectFrame } from "#lib/codec/dissect.ts";
import { decodeEspNowFrame, decodeMpdu, EspNowFrame } from "#lib/codec/espnow-frame.ts";
import { type MacAddress, macAt } from "#lib/codec/mac-address.ts";
import { Rate } from "#lib/codec/rate.ts";
import { DEFAULT_PMK, deriveTemporalKey } from "#lib/crypto/ccmp.ts";
import { FrameExplainer } from "#lib/inspect.ts";
import { FrameFinder, LinkType } from "#lib/pcap/index.ts";
import { PacketReader } from "#lib/phy/linux/packet-reader.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { PLAIN } from "#lib/testing/radio-suite.ts";
import { fromHex } from "#lib/util/bytes.ts";
import { concat } from "#test/doubles/capture-bytes.ts";
import { ppiHeader, prismHeader } from "#test/doubles/link-headers.ts";
import { Wire } from "#test/doubles/wire.ts";
import { REAL_FRAMES } from "../../real-frames.ts";
import file from "../../vectors/vectors.json" with { type: "json" };
import { Mutator } from "./mutation.ts";
import type { Target } from "./target.ts";

const MPDUS: readonly Uint8Array[] = [
  ...file.vectors.map(({ mpdu }) => fromHex(mpdu)),
  ...REAL_FRAMES.map(({ mpdu }) => mpdu),
];
const FACTS = { channel: 6, dBm: -71, rate: 22 };
const PACKETS: readonly Uint8Array[] = [
  ...MPDUS.map((mpdu) => concat(fromHex("00001a002f480000000000000000000000026c09a000ce000000"), mpdu)),
  ...file.vectors.map(({ mpduWithFcs }) => fromHex(`000009000200000010${mpduWithFcs}`)),
  ...MPDUS.slice(0, 20).flatMap((mpdu) => [concat(ppiHeader(FACTS), mpdu), concat(prismHeader(FACTS), mpdu)]),
];
/** Frames in one step of the fuzzer. */
const BATCH = 4096;
/** Of so many frames one is put into words, which takes longer than all decoding. */
const IN_WORDS = 512;
/** Of so many frames one goes to the radio with keys too, for the same reason. */
const TO_KEYED = 4;
const RULES: readonly ReceiveRules[] = ["v2", "v1", "v1-discard"];
const TYPES = [LinkType.IEEE802_11, LinkType.IEEE802_11_RADIOTAP, LinkType.PPI, LinkType.PRISM];

/** 802.11 frames into every decoder and into radios of both versions, one with keys and a gateway's observer. */
export function mpdus(seed: number): Target {
  const mutator = new Mutator(seed, MPDUS);
  const wire = new Wire();
  const radios = ([1, 2] as const).map((version) => {
    const radio = new SoftMacRadio(wire.phy(), { version, promiscuous: true, maxEncryptedPeers: 100, maxPeers: 100 });
    radio.setInterfaceActive(0, true);
    radio.start();
    return radio;
  });
  const lmk = fromHex("101112131415161718191a1b1c1d1e1f");
  const senders = new Set(MPDUS.filter((mpdu) => mpdu.length >= 24).map((mpdu) => macAt(mpdu, 10)));
  for (const mac of [...senders].slice(0, 50)) addPeer(radios[1] as SoftMacRadio, mac, lmk);
  const explainer = new FrameExplainer([deriveTemporalKey(DEFAULT_PMK, lmk)]);
  const frame = new EspNowFrame();
  const plain = wire.phys.slice(0, 1);
  let [count, fed, tapped] = [0, 0, 0];
  for (const radio of radios) {
    radio.onMessage = ({ data }) => {
      if (data.length === 0 || data.length > 2304) throw new Error(`a message of ${data.length} bytes`);
      tapped++;
    };
    radio.onDrop = () => void tapped++;
  }
  return {
    name: "frames into decoders and radios",
    unit: "frames",
    aim: 80_000_000,
    step(record) {
      for (let i = 0; i < BATCH; i++) {
        const bytes = mutator.next();
        record(bytes);
        const rules = RULES[count % RULES.length] as ReceiveRules;
        decodeMpdu(bytes, 0, bytes.length, rules, frame);
        for (const phy of count % TO_KEYED === 0 ? wire.phys : plain) {
          phy.onFrame?.({ bytes, rssi: -42, rate: Rate.RATE_1M, channel: 1, timeMs: count });
          fed++;
        }
        count++;
        if (count % IN_WORDS !== 0) continue;
        explainer.explain({ bytes, timeMs: count });
        dissectFrame(bytes, "802.11");
      }
      if (tapped !== fed) throw new Error(`${fed} frames were fed, ${tapped} told to observers`);
      return BATCH;
    },
  };
}

/** Packets as captures and monitor interfaces have them, of every link type that is read. */
export function packets(seed: number): Target {
  const mutator = new Mutator(seed, PACKETS);
  const finder = new FrameFinder();
  const reader = new PacketReader();
  const frame = new EspNowFrame();
  let fed = 0;
  return {
    name: "packets behind radiotap, PPI, Prism",
    unit: "frames",
    aim: 20_000_000,
    step(record) {
      for (let i = 0; i < BATCH; i++) {
        const bytes = mutator.next();
        record(bytes);
        decodeEspNowFrame(bytes, 0, bytes.length, "v2", frame);
        reader.read(bytes);
        const linkType = TYPES[fed++ % TYPES.length] as number;
        const about = { time: undefined, originalLength: bytes.length, interfaceId: 0, direction: undefined };
        const found = finder.find({ bytes, linkType, comments: [], ...about });
        if ("bytes" in found && found.bytes.length > bytes.length) throw new Error("a frame longer than its packet");
        if (fed % IN_WORDS === 0) dissectFrame(bytes, "radiotap");
      }
      return BATCH;
    },
  };
}

function addPeer(radio: SoftMacRadio, mac: MacAddress, lmk: Uint8Array): void {
  if (((radio.peers.count()[0] ?? 0) as number) < 100) radio.peers.add(mac, { ...PLAIN, encrypt: true, lmk });
}
