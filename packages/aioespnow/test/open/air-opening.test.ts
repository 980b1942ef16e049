import { expect, test } from "vitest";
import { AirOpening } from "#lib/open/air-radio.ts";
import { JoinedAir } from "#lib/phy/shared-air/joined-air.ts";
import { SystemClock } from "#lib/util/system-clock.ts";

test("an aborted signal gives up the joining of an air, and leaves nothing open", async () => {
  let closed = false;
  const channel = {
    clock: new SystemClock(),
    post: () => undefined,
    onMessage: undefined,
    close: async () => {
      closed = true;
    },
  };
  const stop = new AbortController();
  const opening = new AirOpening(new JoinedAir(channel)).ready(stop.signal); // no host ever answers
  stop.abort(new Error("never mind"));
  await expect(opening).rejects.toThrow("never mind");
  expect(closed).toBe(true);
});
