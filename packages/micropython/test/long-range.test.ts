import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";
import { oneBoard, twoBoards } from "./two-boards.ts";

/** What `b` hears of a message at 1 Mbit/s and one at 250 kbit/s, and what `a` is told of both. */
async function heard(protocols: { readonly a: string; readonly b: string }): Promise<{ a: string; b: string }> {
  return await twoBoards({
    a: `sta.config(protocol=${protocols.a})\n${python`
      e.add_peer(B)
      time.sleep_ms(100)
      reports = []
      for rate in espnow.RATE_1M, espnow.RATE_LORA_250K:
          e.config(rate=rate)
          reports.append(e.send(B, str(rate)))
      print(*reports)
    `}`,
    b: `sta.config(protocol=${protocols.b})\n${python`
      messages = []
      while True:
          message = e.recv(2000)[1]
          if message is None:
              break
          messages.append(message)
      print(*messages)
    `}`,
  });
}

const BGN = "network.WLAN.PROTOCOL_DEFAULT";
const LR = "network.MODE_LR";

test.each([
  [
    "a board hears long range frames once its protocol has MODE_LR",
    `${BGN} | ${LR}`,
    `${BGN} | ${LR}`,
    "True True",
    "b'0' b'41'",
  ],
  ["by default it hears none", `${BGN} | ${LR}`, BGN, "True False", "b'0'"],
  ["with MODE_LR alone it hears nothing else", `${BGN} | ${LR}`, LR, "False True", "b'41'"],
  ["with MODE_LR alone it sends nothing else", LR, `${BGN} | ${LR}`, "True True", "b'0' b'41'"],
  ["two with MODE_LR alone hear each other", LR, LR, "True True", "b'0' b'41'"],
  ["with MODE_LR alone nobody else hears it", LR, BGN, "False False", ""],
  ["without MODE_LR it does not hear the ACK of what it sends at a long range rate", BGN, LR, "False False", "b'41'"],
])("%s", async (_name, a, b, reports, messages) => {
  expect(await heard({ a, b })).toEqual({ a: `${reports}\n`, b: `${messages}\n` });
});

test("with MODE_LR alone and the default rate a board sends at 250 kbit/s", async () => {
  const source = python`
    e.config(rate=espnow.RATE_1M)
    e.add_peer(ALL)
    before = time.ticks_us()
    e.send(ALL, b"x" * 250)
    print(time.ticks_diff(time.ticks_us(), before) > 9000)
  `;
  expect(await oneBoard(source)).toBe("False\n");
  expect(await oneBoard(`sta.config(protocol=network.MODE_LR)\n${source}`)).toBe("True\n");
});

test("each interface has its protocol; what hears is what is up; after a reset it is the default again", async () => {
  const source = python`
    import machine
    ap = network.WLAN(network.WLAN.IF_AP)
    assert (sta.config("protocol"), ap.config("protocol")) == (7, 7)
    sta.config(protocol=network.MODE_LR)
    assert (sta.config("protocol"), ap.config("protocol")) == (8, 7)
    sta.active(False)
    sta.active(True)
    assert sta.config("protocol") == 8
    for protocol in 0, 32, -2:
        assert error(sta.config, protocol=protocol) == ("invalid protocol",)
    if machine.reset_cause() != machine.DEEPSLEEP_RESET:
        machine.deepsleep(100)
    print("again")
  `;
  expect(await oneBoard(source)).toBe("again\n");
});

test("with MODE_LR alone a board finds no access point: beacons are not long range", async () => {
  const source = python`
    sta.config(protocol=network.MODE_LR, reconnects=0)
    sta.connect("home", "secret")
    while sta.status() == network.STAT_CONNECTING:
        time.sleep_ms(10)
    print(sta.status() == network.STAT_NO_AP_FOUND, sta.scan())
    sta.config(protocol=network.MODE_LR | network.MODE_11B)
    sta.connect("home", "secret")
    while sta.status() == network.STAT_CONNECTING:
        time.sleep_ms(10)
    print(sta.isconnected(), len(sta.scan()))
  `;
  expect(await oneBoard(source, { accessPoint: { ssid: "home", password: "secret" } })).toBe("True []\nTrue 1\n");
});

test("an ESP8266 has no long range", async () => {
  const source = python`
    print(error(sta.config, protocol=network.MODE_LR), sta.config("protocol"))
  `;
  expect(await oneBoard(source, { board: "esp8266" })).toBe("('an ESP8266 has no long range',) 7\n");
});
