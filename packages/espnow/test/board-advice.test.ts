import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { adviseBoards } from "#cli/boards/board-advice.ts";
import { transcript } from "./transcript.ts";

test("datagrams that a program was too slow to read are remarked on", async () => {
  await using scenario = new Scenario({ seed: 1 });
  scenario.network.serveDatagrams("echo.local", 7, (bytes) => bytes);
  const board = (name: string, sent: number) => {
    const source = `
import network, socket, time
sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.connect("home", "")
while not sta.isconnected():
    time.sleep_ms(50)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(${sent}):
    s.sendto(b"hello", ("echo.local", 7))
time.sleep(1)
`;
    return scenario.board({ source }, { name, accessPoint: { ssid: "home" } });
  };
  const boards = [board("slow", 10), board("fast", 6), board("late", 7)];
  await scenario.settled(Promise.all(boards.map(({ exited }) => exited)));
  const out = transcript();
  adviseBoards(boards, out.output);
  expect(out.stderr.lines).toEqual([
    "slow: 4 UDP datagrams dropped: a socket keeps 6 that the program has not read",
    "late: 1 UDP datagram dropped: a socket keeps 6 that the program has not read",
  ]);
});
