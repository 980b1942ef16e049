import { expect, test } from "vitest";
import type { PhyEvent } from "#lib/phy/trace-phy.ts";
import { TracePhy } from "#lib/phy/trace-phy.ts";
import { A, AT_1M, actionFrame, B, markOf } from "#lib/testing/action-frame.ts";
import { LoopbackMedium } from "./loopback-medium.ts";

/** An event in short. */
function summary(event: PhyEvent): string {
  switch (event.kind) {
    case "channel":
      return `channel ${event.channel}`;
    case "ack-addresses":
      return `addresses ${event.addresses.join(" ")}`;
    case "tx-power":
      return `power ${event.dBm}`;
    case "protocol":
      return `protocol ${event.protocol}`;
    case "transmit":
      return `transmit ${event.id} mark ${markOf(event.frame)}`;
    case "result":
      return `result ${event.id} ${event.result.status}`;
    case "frame":
      return `frame mark ${markOf(event.frame.bytes)}`;
    case "state":
      return `state ${event.state.state}`;
  }
}

test("everything that goes through a phy is told in order, with its time and before it is passed on", async () => {
  const medium = new LoopbackMedium();
  const log: string[] = [];
  const phy = new TracePhy(medium.phy(), (event, timeMs) => void log.push(`${timeMs} ${summary(event)}`));
  const other = medium.phy();
  phy.onFrame = () => void log.push("  heard");
  phy.onState = () => void log.push("  state heard");
  other.setAckAddresses([B]);

  phy.setChannel(1);
  phy.setTxPower(8);
  phy.setProtocol(15);
  phy.setAckAddresses([A]);
  phy.transmit(actionFrame(B, 1), AT_1M, () => void log.push("  done"));
  phy.transmit(actionFrame(A, 2), AT_1M, () => void log.push("  done"));
  other.transmit(actionFrame(A, 3), AT_1M, () => undefined);
  medium.clock.wait(10);
  await phy[Symbol.asyncDispose]();

  expect(log).toEqual([
    "0 channel 1",
    "0 power 8",
    "0 protocol 15",
    `0 addresses ${A}`,
    "0 transmit 1 mark 1",
    "0 transmit 2 mark 2",
    "2 result 1 acked",
    "  done",
    "2 result 2 no-ack",
    "  done",
    "2 frame mark 3",
    "  heard",
    "10 state closed",
    "  state heard",
  ]);
});
