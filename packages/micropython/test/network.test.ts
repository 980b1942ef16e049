import { expect, test } from "vitest";
import { python } from "./on-a-board.ts";
import { oneBoard, twoBoards } from "./two-boards.ts";

const HOME = { ssid: "home", password: "secret", channel: 11, rssi: -61, bssid: "02:00:00:00:00:fe" } as const;

/** Runs a program that asserts, and has nothing to say. */
async function asserts(source: string, accessPoint?: typeof HOME): Promise<void> {
  expect(await oneBoard(source, accessPoint === undefined ? {} : { accessPoint })).toBe("");
}

test("WLAN: one object for each interface, by the names of new and old releases", () =>
  asserts(python`
    assert network.WLAN() is sta is network.WLAN(network.STA_IF) is network.WLAN(network.WLAN.IF_STA)
    ap = network.WLAN(network.AP_IF)
    assert ap is network.WLAN(network.WLAN.IF_AP) is not sta
    assert error(network.WLAN, 2) == ("invalid WLAN interface identifier",)
    assert (network.STA_IF, network.AP_IF, sta.IF_STA, sta.IF_AP) == (0, 1, 0, 1)
    assert (sta.PM_NONE, sta.PM_PERFORMANCE, sta.PM_POWERSAVE) == (0, 1, 2)
    assert (network.MODE_11B, network.MODE_11G, network.MODE_11N, network.MODE_LR) == (1, 2, 4, 8)
    assert (network.STAT_IDLE, network.STAT_CONNECTING, network.STAT_GOT_IP) == (1000, 1001, 1010)
  `));

test("active: each interface is up or down by itself", () =>
  asserts(python`
    ap = network.WLAN(network.WLAN.IF_AP)
    assert sta.active() is True and ap.active() is False
    assert ap.active(True) is True and sta.active(False) is False and ap.active() is True
  `));

test("config: reads one setting, or changes several", () =>
  asserts(python`
    assert sta.config("mac") == A and network.WLAN(network.AP_IF).config("mac") == A[:5] + b"\x0b"
    assert [sta.config(name) for name in ("channel", "pm", "protocol", "txpower")] == [1, 1, 7, 20.0]
    assert [sta.config(name) for name in ("reconnects", "ssid", "essid", "hostname")] == [-1, "", "", "mpy-esp32"]
    sta.config(channel=6, pm=sta.PM_NONE, protocol=network.MODE_LR, txpower=8.5, reconnects=3)
    assert [sta.config(name) for name in ("channel", "pm", "protocol", "txpower")] == [6, 0, 8, 8.5]
    assert network.WLAN(network.AP_IF).config("channel") == 6
  `));

test("config: what is unknown or cannot be is refused", () =>
  asserts(python`
    assert error(sta.config, "x") == error(sta.config, x=1) == ("unknown config param",)
    assert error(sta.config, "password") == ("unknown config param",)
    assert error(sta.config, "mac", pm=0) == ("either pos or kw args are allowed",)
    assert error(sta.config) == error(sta.config, "mac", "pm") == ("can query only one param",)
    assert error(sta.config, mac=b"12345") == ("invalid buffer length",)
    assert "group" in error(sta.config, mac=b"\x01\x02\x03\x04\x05\x06")[0]
    assert "channel must be" in error(sta.config, channel=15)[0]
    assert error(network.WLAN(1).config, "reconnects") == ("STA required",)
    assert sta.config("mac") == A and sta.config("channel") == 1
  `));

test("connect: reaches the access point after a while, and is on its channel then", () =>
  asserts(
    python`
      assert not sta.isconnected() and sta.status() == network.STAT_IDLE
      assert sta.ifconfig() == ("0.0.0.0",) * 4 and sta.ipconfig("addr4") == ("0.0.0.0", "0.0.0.0")
      sta.connect("home", "secret")
      assert sta.status() == network.STAT_CONNECTING and sta.config("ssid") == "home"
      while not sta.isconnected():
          time.sleep(0.1)
      assert time.ticks_ms() == 2000
      assert sta.status() == network.STAT_GOT_IP and sta.status("rssi") == -61 and sta.config("channel") == 11
      assert sta.ifconfig() == ("192.168.4.3", "255.255.255.0", "192.168.4.1", "192.168.4.1")
      sta.disconnect()
      assert not sta.isconnected() and sta.status() == network.STAT_IDLE
    `,
    HOME,
  ));

test("connect: without an access point it tries on, as often as reconnects says", () =>
  asserts(python`
    sta.connect("home", "secret")
    time.sleep(60)
    assert sta.status() == network.STAT_CONNECTING and not sta.isconnected()
    sta.disconnect()
    sta.config(reconnects=2)
    sta.connect("home", "secret")
    time.sleep(5)
    assert sta.status() == network.STAT_CONNECTING
    time.sleep(2)
    assert sta.status() == network.STAT_NO_AP_FOUND and sta.config("channel") == 1
  `));

test("connect: with a wrong password it fails, while down or as an access point it is refused", () =>
  asserts(
    python`
      sta.config(reconnects=0)
      sta.connect("home", "guess")
      time.sleep(3)
      assert sta.status() == network.STAT_WRONG_PASSWORD
      assert error(network.WLAN(network.AP_IF).connect, "home") == ("STA required",)
      sta.active(False)
      assert error(sta.connect, "home", "secret") == ("Wifi Not Started",)
      assert error(sta.scan) == ("STA must be active",)
    `,
    HOME,
  ));

test("scan: finds the access point, and takes its time", async () => {
  await asserts(
    python`
      before = time.ticks_ms()
      assert sta.scan() == [(b"home", b"\x02\x00\x00\x00\x00\xfe", 11, -61, network.AUTH_WPA2_PSK, False)]
      assert time.ticks_diff(time.ticks_ms(), before) > 1000
    `,
    HOME,
  );
  await asserts("assert sta.scan() == []");
});

test("ifconfig, ipconfig: an address of one's own", () =>
  asserts(python`
    sta.ifconfig(("10.0.0.7", "255.0.0.0", "10.0.0.1", "8.8.8.8"))
    assert sta.ifconfig() == ("10.0.0.7", "255.0.0.0", "10.0.0.1", "8.8.8.8")
    sta.ipconfig(addr4="192.168.1.9/24", gw4="192.168.1.1")
    assert sta.ipconfig("addr4") == ("192.168.1.9", "255.255.255.0") and sta.ipconfig("gw4") == "192.168.1.1"
    assert sta.ipconfig("dhcp4") is False
    sta.ipconfig(dhcp4=True)
    assert sta.ipconfig("dhcp4") is True
    assert network.WLAN(network.AP_IF).ifconfig()[0] == "192.168.4.1"
    assert error(sta.ipconfig, "x") == ("unknown config param",)
  `));

test("hostname, country", () =>
  asserts(python`
    network.hostname("sensor")
    network.country("de")
    assert network.hostname() == "sensor" == sta.config("hostname") and network.country() == "DE"
    sta.config(hostname="gateway")
    assert network.hostname() == "gateway"
  `));

test("what a board refuses before Wi-Fi is started: the channel, the protocol, the power", () =>
  asserts(python`
    ap = network.WLAN(network.WLAN.IF_AP)
    e.active(False)
    sta.active(False)
    for setting in ({"channel": 6}, {"protocol": network.MODE_LR}, {"txpower": 8}):
        assert error(sta.config, **setting) == error(ap.config, **setting) == ("Wifi Not Started",), setting
    sta.config(pm=sta.PM_NONE, reconnects=2, hostname="x")
    ap.active(True)
    sta.config(channel=6)
    assert ap.config("channel") == 6
  `));

test("a scan takes the radio from its channel, and back", () =>
  asserts(
    python`
      import machine
      sta.config(channel=3)
      seen = []
      timer = machine.Timer(0)
      timer.init(period=60, callback=lambda t: seen.append(sta.config("channel")))
      assert len(sta.scan()) == 1
      timer.deinit()
      assert sorted(set(seen)) == list(range(1, 14)), seen
      assert sta.config("channel") == 3
    `,
    HOME,
  ));

test("connect without its access point takes the radio from its channel as long as it tries: messages are lost", async () => {
  const { a } = await twoBoards({
    a: python`
      sta.config(channel=6)
      e.add_peer(B)
      def share():
          sent = [e.send(B, "x") for i in range(40) if not time.sleep_ms(100)]
          return sum(sent)
      print(share())
      sta.connect("nowhere", "secret")
      print(0 < share() < 20)
      sta.disconnect()
      print(sta.config("channel"), share())
    `,
    b: python`
      sta.config(channel=6)
      while e.recv(5000)[0]:
          pass
    `,
  });
  expect(a).toBe("40\nTrue\n6 40\n");
});
