import { expect, test } from "vitest";
import { setRetry } from "#lib/codec/dot11.ts";
import { TxStatusTracker } from "#lib/phy/linux/tx-status.ts";
import type { TransmitResult } from "#lib/phy/phy.ts";
import { ABSENT, actionFrame, B } from "#lib/testing/action-frame.ts";

function track(tracker: TxStatusTracker, frame: Uint8Array, nowMs = 0): TransmitResult[] {
  const results: TransmitResult[] = [];
  tracker.add(frame, false, nowMs, (result) => results.push(result));
  return results;
}

test("an echo is matched although the kernel wrote duration, sequence number and Retry anew", () => {
  const tracker = new TxStatusTracker(80);
  const results = track(tracker, actionFrame(B, 1));
  const echo = actionFrame(B, 1);
  setRetry(echo);
  echo.set([0x3a, 0x01], 2);
  echo.set([0xff, 0xff], 22);
  expect(tracker.onEcho(echo, true, 3, 1)).toBe(true);
  expect(results).toEqual([{ status: "acked", attempts: 4 }]);
  expect(tracker.onEcho(echo, true, 3, 1)).toBe(false);
});

test("a frame to another, from another, or with another body is not it", () => {
  const tracker = new TxStatusTracker(80);
  const results = track(tracker, actionFrame(B, 1));
  const foreign = actionFrame(B, 1);
  foreign[15] = 0x77;
  for (const echo of [actionFrame(ABSENT, 1), foreign, actionFrame(B, 2), actionFrame(B, 1, 35), new Uint8Array(0)]) {
    expect(tracker.onEcho(echo, true, 0, 1)).toBe(false);
  }
  expect(results).toEqual([]);
});

test("frames without a body are told apart by their addresses", () => {
  const tracker = new TxStatusTracker(80);
  const results = track(tracker, actionFrame(B, 1, 24));
  expect(tracker.onEcho(actionFrame(ABSENT, 1, 24), true, 0, 1)).toBe(false);
  expect(tracker.onEcho(actionFrame(B, 1, 24), false, 0, 1)).toBe(true);
  expect(results).toEqual([{ status: "no-ack", attempts: 1 }]);
});

test("the time to wait counts from the sending, or from the status of another frame that came later", () => {
  const tracker = new TxStatusTracker(80);
  const first = track(tracker, actionFrame(B, 1), 0);
  const second = track(tracker, actionFrame(B, 2), 0);
  expect(tracker.expiresMs).toBe(80);
  tracker.onEcho(actionFrame(B, 1), true, 0, 60);
  expect(tracker.expiresMs).toBe(140);
  tracker.expire(139);
  expect([first.length, second.length]).toEqual([1, 0]);
  tracker.expire(140);
  expect(second).toEqual([{ status: "unknown" }]);
  expect(tracker.expiresMs).toBe(Number.POSITIVE_INFINITY);
});

test("abandoned frames end with what they are told, once", () => {
  const tracker = new TxStatusTracker(80);
  const results = track(tracker, actionFrame(B, 1));
  tracker.abandon({ status: "unknown" });
  tracker.abandon({ status: "unknown" });
  expect(results).toEqual([{ status: "unknown" }]);
  expect(tracker.waiting).toBe(0);
});
