import { expect, test } from "vitest";
import type { Request } from "#lib/phy/shared-air/air-messages.ts";
import { decodeRequest } from "#lib/phy/shared-air/air-protocol.ts";
import { JoinedAir } from "#lib/phy/shared-air/joined-air.ts";
import { SystemClock } from "#lib/util/system-clock.ts";

/** A link, and the requests that it made. */
function link(): [link: JoinedAir, requests: Request[]] {
  const requests: Request[] = [];
  const channel = {
    clock: new SystemClock(),
    post: (bytes: Uint8Array) => void requests.push(decodeRequest(bytes) as Request),
    onMessage: undefined,
    close: () => Promise.resolve(),
  };
  return [new JoinedAir(channel), requests];
}

test("station numbers pass 65,535 and never become those of a station that is open", async () => {
  const [air, requests] = link();
  air.phy("host"); // 0, and it stays
  const second = air.phy("host");
  for (let i = 2; i < 65_540; i++) await air.phy("host")[Symbol.asyncDispose]();
  const opened = requests.flatMap((request) => (request.type === "open" ? [request.station] : []));
  expect(opened.slice(65_533)).toEqual([65_533, 65_534, 65_535, 2, 3, 4, 5]);
  await second[Symbol.asyncDispose]();
  expect(requests.at(-1)).toEqual({ type: "close", station: 1 });
});

test("the 65,537th station at a time is refused", () => {
  const [air] = link();
  for (let i = 0; i < 65_536; i++) air.phy("host");
  expect(() => air.phy("host")).toThrow("65,536 stations");
});
