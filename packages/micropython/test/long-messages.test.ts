import { BROADCAST } from "aioespnow";
import { encodeActionBody, encodeActionHeader, toMac } from "aioespnow/codec";
import { Air } from "aioespnow/sim";
import { runProgram } from "espnow-micropython";
import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";

const PROGRAM = python`
  import network, espnow
  network.WLAN(network.STA_IF).active(True)
  e = espnow.ESPNow()
  e.config(rxbuf=8000)
  e.active(True)
  print("ready")
  big = [None, bytearray(2300)]
  for receive in (lambda: e.recv(1000), lambda: e.irecv(1000), lambda: e.recvinto(big, 1000)):
      try:
          print(receive())
      except ValueError as error:
          print(error)
      print(bytes(e.recv(1000)[1]), e.any())
  print(e.recv(0))
`;

/** A broadcast of `length` bytes, more than a device of today sends. */
function frame(length: number, first: number): Uint8Array {
  const bytes = new Uint8Array(2400);
  const source = toMac("02:00:00:00:00:0a");
  const header = { destination: BROADCAST, source, bssid: BROADCAST, sequenceNumber: 0, protected: false };
  const start = encodeActionHeader(bytes, 0, header);
  return bytes.subarray(0, encodeActionBody(bytes, start, new Uint8Array(length).fill(first), 2, first));
}

test("a message longer than MAX_DATA_LEN costs what is in the buffer, as on a board, and no more", async () => {
  await using air = new Air();
  const phy = air.phy();
  const program = await runProgram({ source: PROGRAM, radio: air.radio() });
  program.onOutput = () => {
    program.onOutput = undefined;
    [frame(2000, 65), frame(3, 66), frame(1490, 67), frame(4, 68), frame(2000, 69), frame(5, 70)].forEach(
      (bytes, i) => {
        air.clock.schedule(air.clock.now() + 300 * (i + 1), () =>
          phy.transmit(bytes, { rate: 0, noAck: true }, () => undefined),
        );
      },
    );
  };
  await program.exited;
  expect(program.output.split("\n")).toEqual([
    "ready",
    "ESPNow.recv(): buffer error",
    "b'BBB' False",
    "ESPNow.recv(): buffer error",
    "b'DDDD' False",
    "2000",
    "b'FFFFF' False",
    "(None, None)",
    "",
  ]);
});
