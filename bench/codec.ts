import {
  appendFcs,
  BROADCAST,
  decodeEspNowFrame,
  EspNowFrame,
  encodeActionBody,
  encodeActionHeader,
  encodeCaptureHeader,
  fcsOf,
  macAt,
  Rate,
} from "aioespnow/codec";
import { type Bench, type Figure, rate } from "./report.ts";

const source = macAt(Uint8Array.of(0x02, 0, 0, 0, 0, 1), 0);
const data = Uint8Array.from({ length: 250 }, (_, i) => i);

/** A captured frame of 250 bytes of data, as a monitor interface gives it. */
function capturedFrame(): Uint8Array {
  const bytes = new Uint8Array(512);
  const start = encodeCaptureHeader(bytes, 0, {
    tsft: 1e12,
    rate: Rate.RATE_1M,
    channel: 1,
    signal: -60,
    hasFcs: true,
  });
  return bytes.subarray(0, appendFcs(bytes, start, encodeFrame(bytes, start, 7)));
}

function encodeFrame(bytes: Uint8Array, offset: number, sequenceNumber: number): number {
  const header = { destination: BROADCAST, source, bssid: BROADCAST, sequenceNumber, protected: false };
  return encodeActionBody(bytes, encodeActionHeader(bytes, offset, header), data, 1, 0x01020304 + sequenceNumber);
}

/** What `decode` makes of a frame, summed up, so that no work can be left out; a wrong result stops the bench. */
function checked(operations: number, expected: number, decode: () => number): () => void {
  return () => {
    let sum = 0;
    for (let i = 0; i < operations; i++) sum += decode();
    if (sum !== operations * expected) throw new Error(`decoded ${sum}, not ${operations * expected}`);
  };
}

/** Codec speed: frames of 250 bytes of data, single thread, objects and buffers reused. */
export const codec: Bench = async function* (smoke: boolean): AsyncGenerator<Figure> {
  const operations = smoke ? 20_000 : 2_000_000;
  const captured = capturedFrame();
  const frame = new EspNowFrame();
  const decode = () => (decodeEspNowFrame(captured, 0, captured.length, "v2", frame) === frame ? 250 : 0);
  yield figure("decode", rate(operations, checked(operations, 250, decode)), ">= 10 M/s", "radiotap, 802.11, ESP-NOW");

  const decodeAll = () =>
    decode() + frame.body.data().length + frame.header.source.length + frame.header.destination.length;
  const withAddresses = rate(operations, checked(operations, 534, decodeAll));
  yield figure("decode, addresses and data", withAddresses, ">= 3 M/s", "as text, as a view");

  const bytes = new Uint8Array(512);
  const encode = () => encodeFrame(bytes, 0, 1);
  yield figure("encode", rate(operations, checked(operations, 289, encode)), ">= 5 M/s", "802.11 header and ESP-NOW");

  const mpdu = captured.subarray(captured.length - 293, captured.length - 4);
  const crc = fcsOf(mpdu, 0, mpdu.length);
  const frames = rate(
    operations / 10,
    checked(operations / 10, crc, () => fcsOf(mpdu, 0, mpdu.length)),
  );
  yield { name: "codec: FCS", value: (frames * mpdu.length) / 1e6, unit: "MB/s" };
};

function figure(name: string, perSecond: number, target: string, note: string): Figure {
  return { name: `codec: ${name}`, value: perSecond / 1e6, unit: "M frames/s", target, note };
}
