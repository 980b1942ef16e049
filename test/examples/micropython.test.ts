import { fileURLToPath } from "node:url";
import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";

const HEARTBEAT_AND_ECHO = fileURLToPath(new URL("../../examples/micropython/heartbeat_and_echo.py", import.meta.url));

test("heartbeat_and_echo: two boards answer each other's heartbeats", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const boards = ["02:00:00:00:00:01", "02:00:00:00:00:02"].map((mac, index, macs) =>
    scenario.board(HEARTBEAT_AND_ECHO, { mac, argv: [macs[1 - index] as string, "25"] }),
  );
  await scenario.settled(Promise.all(boards.map(({ exited }) => exited)));
  const round = ["heartbeat sent", "from 020000000002 b'ping'", "from 020000000002 b'echo ping'"];
  const lines = scenario.lines.filter(({ board }) => board === "heartbeat_and_echo").map(({ text }) => text);
  expect(lines.toSorted()).toEqual([...round, ...round, ...round].toSorted());
});

test("heartbeat_and_echo: a peer that is not there does not answer", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const board = scenario.board(HEARTBEAT_AND_ECHO, { argv: ["02:00:00:00:00:99", "15"] });
  await scenario.settled(board.exited);
  expect(board.output).toBe("heartbeat not answered\nheartbeat not answered\n");
});

test("heartbeat_and_echo: an ESP8266 runs it too", async () => {
  await using scenario = new Scenario({ seed: 1 });
  scenario.board(HEARTBEAT_AND_ECHO, { argv: ["ff:ff:ff:ff:ff:ff", "15"] });
  const board = scenario.board(HEARTBEAT_AND_ECHO, { board: "esp8266", argv: ["ff:ff:ff:ff:ff:ff", "15"] });
  await scenario.settled(board.exited);
  expect(board.output).toContain("heartbeat sent\n");
  expect(board.exit).toEqual({ code: 0 });
});
