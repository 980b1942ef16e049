import { beforeEach, describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import type { Elapse, Transmit } from "#lib/phy/shared-air/air-messages.ts";
import { decodeNotice, decodeRequest, encodeRequest } from "#lib/phy/shared-air/air-protocol.ts";
import { MemberStations } from "#lib/phy/shared-air/member-stations.ts";
import { actionFrame } from "#lib/testing/action-frame.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

const TRANSMIT: Transmit = {
  type: "transmit",
  station: 0,
  id: 1,
  rate: 0,
  noAck: false,
  frame: actionFrame(BROADCAST, 1),
};
const ELAPSE: Elapse = { type: "elapse", station: 0, id: 2, ms: 100 };

let clock: VirtualClock;
/** What the program was told, and when. */
let told: [type: string, ms: number][];
let member: MemberStations;

beforeEach(() => {
  clock = new VirtualClock();
  told = [];
  member = new MemberStations(clock, (bytes) => {
    const notice = decodeNotice(bytes);
    told.push(["type" in notice ? notice.type : notice.reason, clock.now()]);
  });
});

describe("a program that waits for the clock of its air", () => {
  test("between two hosts, first gets the reports of the frames that wait for the next", () => {
    member.begin(() => undefined);
    member.lose();
    for (const request of [TRANSMIT, ELAPSE]) member.post(encodeRequest(request));
    clock.wait(1000);
    expect(told).toEqual([
      ["report", 20],
      ["elapsed", 20],
    ]);
  });

  test("before the first host, waits for that host's clock", () => {
    for (const request of [TRANSMIT, ELAPSE]) member.post(encodeRequest(request));
    const asked: string[] = [];
    member.begin((bytes) => {
      const request = decodeRequest(bytes);
      asked.push("type" in request ? request.type : request.reason);
    });
    clock.wait(1000);
    expect(asked).toEqual(["transmit", "elapse"]);
    expect(told).toEqual([]);
  });

  test("where there is no host, waits for nothing", () => {
    member.fail();
    member.post(encodeRequest(ELAPSE));
    expect(told).toEqual([["elapsed", 0]]);
  });
});
