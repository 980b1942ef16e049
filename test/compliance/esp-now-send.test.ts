/** docs/protocol.md 3.3: the order in which esp_now_send looks for faults, and that a refused message changes nothing. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import type { EspNowErrorCode } from "#lib/errors.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { PLAIN, pattern } from "#lib/testing/radio-suite.ts";
import { Wire } from "../doubles/wire.ts";

const PEER = "02:00:00:00:00:01" as MacAddress;
const OTHER = "02:00:00:00:00:02" as MacAddress;
const STRANGER = "02:00:00:00:00:99" as MacAddress;
const TX_BUFFERS = 4;
/** What the buffers are filled with is the only thing that may go out: one byte in one element (docs/protocol.md 1). */
const FILLER = Uint8Array.of(0);
const FILLER_FRAME_LENGTH = 24 + 8 + 7 + 1;

/** A send that is about to be made, and all is well with it. */
interface Attempt {
  readonly radio: SoftMacRadio;
  destination: MacAddress | null;
  data: Uint8Array;
}

interface Fault {
  readonly name: string;
  readonly code: EspNowErrorCode;
  readonly make: (attempt: Attempt) => void;
}

const STOPPED: Fault = { name: "not initialised", code: "ESP_ERR_ESPNOW_NOT_INIT", make: ({ radio }) => radio.stop() };
const EMPTY: Fault = {
  name: "no data",
  code: "ESP_ERR_ESPNOW_ARG",
  make: (attempt) => {
    attempt.data = pattern(0);
  },
};
const TOO_LONG: Fault = {
  name: "too long",
  code: "ESP_ERR_ESPNOW_ARG",
  make: (attempt) => {
    attempt.data = pattern(1471);
  },
};
const NO_PEER: Fault = {
  name: "unknown peer",
  code: "ESP_ERR_ESPNOW_NOT_FOUND",
  make: (attempt) => {
    attempt.destination = STRANGER;
  },
};
const OTHER_CHANNEL: Fault = {
  name: "peer on another channel",
  code: "ESP_ERR_ESPNOW_CHAN",
  make: ({ radio }) => radio.peers.modify(PEER, { ...PLAIN, channel: 6 }),
};
const DOWN: Fault = {
  name: "interface down",
  code: "ESP_ERR_ESPNOW_IF",
  make: ({ radio }) => radio.setInterfaceActive(0, false),
};
const NO_BUFFERS: Fault = {
  name: "no buffer",
  code: "ESP_ERR_ESPNOW_NO_MEM",
  make: ({ radio }) => {
    for (let i = 0; i < TX_BUFFERS; i++) radio.send(PEER, FILLER, () => undefined);
  },
};
const NO_UNICAST_PEER: Fault = {
  name: "no peer but a group",
  code: "ESP_ERR_ESPNOW_NOT_FOUND",
  make: ({ radio }) => {
    radio.peers.remove(PEER);
    radio.peers.remove(OTHER);
  },
};

/** In the order of the checks. Sending to all, whatever is wrong with one of the sends is INTERNAL. */
const TO_ONE: readonly Fault[] = [STOPPED, EMPTY, NO_PEER, OTHER_CHANNEL, DOWN, NO_BUFFERS];
const internal = (fault: Fault): Fault => ({ ...fault, code: "ESP_ERR_ESPNOW_INTERNAL" });
const TO_ALL: readonly Fault[] = [
  STOPPED,
  NO_UNICAST_PEER,
  internal(EMPTY),
  internal(OTHER_CHANNEL),
  internal(DOWN),
  NO_BUFFERS,
];

/** Every fault with each that is looked at after it. An unknown peer has no channel: that pair does not exist. */
function pairs(faults: readonly Fault[]): [first: Fault, second: Fault][] {
  return faults.flatMap((first, index) =>
    faults
      .slice(index + 1)
      .filter((second) => !(second === OTHER_CHANNEL && first === NO_PEER))
      .filter((second) => !(second.name === OTHER_CHANNEL.name && first === NO_UNICAST_PEER))
      .map((second): [Fault, Fault] => [first, second]),
  );
}

let wire: Wire;
let radio: SoftMacRadio;

beforeEach(() => {
  wire = new Wire();
  radio = new SoftMacRadio(wire.phy(), { txBuffers: TX_BUFFERS });
  radio.setInterfaceActive(0, true);
  radio.start();
  for (const mac of [BROADCAST, PEER, OTHER]) radio.peers.add(mac, PLAIN);
});

/** Makes the send, and asserts that it is refused with `code` and that nothing comes of it, then or later. */
function expectRefusal({ destination, data }: Attempt, code: EspNowErrorCode): void {
  const peers = (): unknown[] => [BROADCAST, PEER, OTHER].map((mac) => radio.peers.find(mac));
  const before = peers();
  const onReport = vi.fn();
  expect(() => radio.send(destination, data, onReport)).toThrow(expect.objectContaining({ code }));
  expect(peers()).toEqual(before);
  for (let i = 0; i < 10; i++) radio.wait(radio.clock.now() + 1);
  expect(onReport).not.toHaveBeenCalled();
  expect(wire.sent.filter((frame) => frame.length !== FILLER_FRAME_LENGTH)).toEqual([]);
}

describe("two faults at once: the first in the order of the checks is told", () => {
  test.each(pairs(TO_ONE).map(([first, second]) => ({ first, second })))(
    "3.3 to a peer: $first.name, before $second.name",
    ({ first, second }) => {
      const attempt: Attempt = { radio, destination: PEER, data: pattern(100) };
      second.make(attempt);
      first.make(attempt);
      expectRefusal(attempt, first.code);
    },
  );

  test.each(pairs(TO_ALL).map(([first, second]) => ({ first, second })))(
    "3.3 to all: $first.name, before $second.name",
    ({ first, second }) => {
      const attempt: Attempt = { radio, destination: null, data: pattern(100) };
      second.make(attempt);
      first.make(attempt);
      expectRefusal(attempt, first.code);
    },
  );

  test("3.3 to a peer: too long, before unknown peer", () => {
    const attempt: Attempt = { radio, destination: PEER, data: pattern(100) };
    NO_PEER.make(attempt);
    TOO_LONG.make(attempt);
    expectRefusal(attempt, "ESP_ERR_ESPNOW_ARG");
  });
});

describe("each fault alone", () => {
  test.each([...TO_ONE, TOO_LONG])("3.3 to a peer: $name is $code", ({ make, code }) => {
    const attempt: Attempt = { radio, destination: PEER, data: pattern(100) };
    make(attempt);
    expectRefusal(attempt, code);
  });

  test.each([...TO_ALL, internal(TOO_LONG)])("3.3 to all: $name is $code", ({ make, code }) => {
    const attempt: Attempt = { radio, destination: null, data: pattern(100) };
    make(attempt);
    expectRefusal(attempt, code);
  });

  test("3.3 a group address has to be a peer too", () => {
    radio.peers.remove(BROADCAST);
    expectRefusal({ radio, destination: BROADCAST, data: pattern(100) }, "ESP_ERR_ESPNOW_NOT_FOUND");
  });
});

test("3.3 to all: what was refused to one peer is in the cause of INTERNAL", () => {
  OTHER_CHANNEL.make({ radio, destination: null, data: pattern(1) });
  expect(() => radio.send(null, pattern(1), () => undefined)).toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ code: "ESP_ERR_ESPNOW_CHAN" }) }),
  );
});

test("3.3 to all with a buffer for one peer and not for the other: neither is sent to", () => {
  for (let i = 0; i < TX_BUFFERS - 1; i++) radio.send(PEER, FILLER, () => undefined);
  expectRefusal({ radio, destination: null, data: pattern(100) }, "ESP_ERR_ESPNOW_NO_MEM");
  expect(radio.send(null, pattern(1), () => undefined)).toBe(2);
});
