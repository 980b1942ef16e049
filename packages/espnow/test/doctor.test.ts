import { readFileSync } from "node:fs";
import type { SerialPortInfo } from "aioespnow/board";
import { describe, expect, test } from "vitest";
import { doctor } from "#cli/commands/doctor.ts";
import { radios } from "#cli/commands/radios.ts";
import { inspectMachine, type Probe, parseNmcli } from "#cli/doctor/machine.ts";
import { parsePermissions } from "#cli/doctor/permissions.ts";
import { permissionRemedy, type SerialProbe } from "#cli/doctor/serial.ts";
import { transcript } from "./transcript.ts";

/**
 * The output of the programs in a virtual machine with two radios of mac80211_hwsim (Debian 12, kernel 6.1, iw
 * 5.19); of `iw phy` the bands above 2.4 GHz are left out.
 */
const sample = (name: string) =>
  readFileSync(new URL(`../../aioespnow/test/phy/linux/samples/${name}`, import.meta.url), "utf8");
const IW_DEV = sample("iw-dev.txt");
const IW_PHY = sample("iw-phy.txt");
const IW_REG = sample("iw-reg.txt");
const IP_LINK = sample("ip-link.txt");

const ALL_CAPABILITIES = "Name:\tnode\nCapEff:\t000001ffffffffff\n";

type Answers = Readonly<Record<string, string>>;

/** A machine whose programs and files give these answers; what is not in them does not exist. */
function machine(answers: Answers, platform: NodeJS.Platform = "linux"): Probe {
  const folders = (folder: string) =>
    Object.keys(answers)
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => file.slice(folder.length + 1).split("/")[0] as string);
  return {
    platform,
    run: async (program, args) => answers[[program, ...args].join(" ")],
    read: (file) => answers[file],
    socketFault: () => answers["socket fault"],
    list: (folder) => [...new Set(folders(folder))],
  };
}

const WITH_CARDS: Answers = {
  "iw dev": IW_DEV,
  "iw phy": IW_PHY.replace("Wiphy phy0", "Wiphy phy1") + IW_PHY,
  "iw reg get": IW_REG,
  "ip -json link": IP_LINK,
  "ip -json -4 route show default": "[]",
  "ip -json -6 route show default": "[]",
  "/proc/self/status": ALL_CAPABILITIES,
  "/sys/class/rfkill/rfkill0/type": "wlan\n",
  "/sys/class/rfkill/rfkill0/name": "phy0\n",
  "/sys/class/rfkill/rfkill0/soft": "0\n",
  "/sys/class/rfkill/rfkill0/hard": "0\n",
  "/sys/class/net/wlan0/phy80211/name": "phy0\n",
  "/sys/class/net/lo/mtu": "65536\n",
};

async function diagnosis(answers: Answers, platform?: NodeJS.Platform): Promise<{ code: number; text: string }> {
  const out = transcript();
  const code = await doctor(machine(answers, platform), {}, out);
  return { code, text: out.stdout.text };
}

describe("what the programs say is read", () => {
  test("nmcli: what NetworkManager has in its hands", () => {
    expect(parseNmcli("wlan0:connected\nwlan1:disconnected\neth0:unmanaged\nwlan2:unavailable\n")).toEqual([
      "wlan0",
      "wlan1",
    ]);
  });

  test("/proc/self/status: the capabilities", () => {
    expect(parsePermissions(ALL_CAPABILITIES)).toEqual({ netRaw: true, netAdmin: true });
    expect(parsePermissions("CapEff:\t0000000000002000\n")).toEqual({ netRaw: true, netAdmin: false });
    expect(parsePermissions("")).toEqual({ netRaw: false, netAdmin: false });
  });
});

describe("doctor", () => {
  test("is content with a machine that has two cards and all permissions", async () => {
    const { code, text } = await diagnosis(WITH_CARDS);
    expect(code).toBe(0);
    expect(text).toContain("ok       wlan1 can monitor\n");
    expect(text).toContain("ok       wlan0 can monitor, and does, on channel 6\n");
    expect(text).toContain("warning  wlan0: an MTU of 1500 bytes is too small for messages of 1470 bytes\n");
    expect(text).toContain("warning  the regulatory domain is not set");
    expect(text).toMatch(/linux: radios can be used here\n$/);
  });

  test("says on a machine without any Wi-Fi what is missing, and what to do", async () => {
    const { code, text } = await diagnosis({ "/proc/self/status": "CapEff:\t0000000000000000\n" });
    expect(code).toBe(1);
    expect(text).toContain("problem  there is no Wi-Fi interface\n           -> plug in");
    expect(text).toContain(
      "problem  iw is missing: it sets monitor mode and channel\n           -> sudo apt install iw\n",
    );
    expect(text).toContain("problem  no CAP_NET_RAW");
  });

  test.each<[string, Answers, string]>([
    [
      "the card that is the way to the network",
      { "ip -json -4 route show default": '[{"dev":"wlan0"}]' },
      "problem  wlan0 is this computer's way to the network",
    ],
    [
      "the card that is the way to the network of IPv6",
      { "ip -json -6 route show default": '[{"dev":"wlan0"}]' },
      "problem  wlan0 is this computer's way to the network",
    ],
    [
      "the card that is one of several ways to the network",
      { "ip -json -4 route show default": '[{"dst":"default","nexthops":[{"dev":"eth0"},{"dev":"wlan1"}]}]' },
      "problem  wlan1 is this computer's way to the network",
    ],
    [
      "a missing koffi",
      { "socket fault": "linux: needs the package koffi 3: npm install koffi" },
      "problem  packet sockets cannot be opened: linux: needs the package koffi 3",
    ],
    [
      "a card without 2.4 GHz",
      { "iw phy": IW_PHY.replaceAll(/.*\* 24.*\n/g, "") },
      "problem  wlan0 has no channel of the 2.4 GHz band",
    ],
    [
      "NetworkManager",
      { "nmcli -terse -fields DEVICE,STATE device": "wlan1:disconnected\n" },
      "problem  wlan1 is held by NetworkManager\n           -> nmcli device set wlan1 managed no",
    ],
    [
      "a blocked card",
      { "/sys/class/rfkill/rfkill0/soft": "1\n" },
      "problem  rfkill: phy0 is blocked\n           -> rfkill unblock wifi",
    ],
    [
      "a card that is switched off",
      { "/sys/class/rfkill/rfkill0/hard": "1\n" },
      "problem  rfkill: phy0 is switched off by hardware",
    ],
    [
      "a driver without monitor mode",
      { "iw phy": IW_PHY.replace(/\t\t \* monitor\n/, "") },
      "problem  wlan0: its driver has no monitor mode",
    ],
    [
      "a driver that does not acknowledge",
      { "iw phy": IW_PHY.replace(/.*active monitor.*\n/, "") },
      "warning  wlan0 does not acknowledge while it monitors",
    ],
    [
      "a monitor that is down",
      { "ip -json link": IP_LINK.replace('"MULTICAST","UP",', '"MULTICAST",') },
      "warning  wlan0 is down\n           -> ip link set wlan0 up",
    ],
  ])("names %s, with the remedy", async (_, answers, expected) => {
    expect((await diagnosis({ ...WITH_CARDS, ...answers })).text).toContain(expected);
  });

  test("approves no card of which ip does not say whether it is the way to the network", async () => {
    const { "ip -json -6 route show default": _, ...answers } = WITH_CARDS;
    const { code, text } = await diagnosis(answers);
    expect(code).toBe(1);
    expect(text).toContain("problem  wlan0: without ip it is not known whether it is the way to the network");
  });

  test("finds a card without iw, and asks for iw", async () => {
    const { "iw dev": _dev, "iw phy": _phy, ...withoutIw } = WITH_CARDS;
    const { interfaces } = await inspectMachine(machine(withoutIw));
    expect(interfaces.map(({ name }) => name)).toEqual(["wlan0"]);
    expect((await diagnosis(withoutIw)).text).toContain("problem  wlan0: without iw nothing more is known of it");
  });

  test("says on another system that Wi-Fi cards are for Linux", async () => {
    expect(await diagnosis({}, "darwin")).toEqual({
      code: 1,
      text: expect.stringContaining("problem  this is darwin: Wi-Fi cards can be used on Linux only"),
    });
  });

  test("gives programs its findings", async () => {
    const json = transcript({ json: true });
    await doctor(machine(WITH_CARDS), {}, json);
    expect(json.stdout.records).toContainEqual({ level: "ok", text: "iw is there" });
  });
});

test("nobody is sent into the group of root for the right to open a serial port", () => {
  expect(permissionRemedy("/dev/ttyUSB0", { gid: 0, mode: 0o20660 })).toBe(
    'no permission: only root may open it; sudo setfacl -m u:"$USER":rw /dev/ttyUSB0',
  );
  expect(permissionRemedy("/dev/ttyUSB0", { gid: 54321, mode: 0o20660 })).toMatch(/sudo usermod -aG 54321 "\$USER"/);
  expect(permissionRemedy("/dev/ttyUSB0", { gid: 54321, mode: 0o20600 })).toMatch(/only root may open it/);
});

/** A machine with these serial ports. */
function serial(ports: readonly SerialPortInfo[] | string = []): SerialProbe {
  return {
    list: async () => ports,
    refusal: (path) => (path === "/dev/ttyUSB1" ? 'no permission: sudo usermod -aG dialout "$USER"' : undefined),
    ask: async (path) =>
      path === "/dev/ttyUSB0"
        ? { firmware: "MicroPython 1.27.0", platform: "esp32", machine: "Generic ESP32 module with ESP32" }
        : "nothing answers",
  };
}

const PORTS: readonly SerialPortInfo[] = [
  { path: "/dev/ttyUSB0", usbId: "10c4:ea60", manufacturer: "Silicon Labs", isBoard: true },
  { path: "/dev/ttyUSB1", usbId: "1a86:7523", manufacturer: undefined, isBoard: true },
  { path: "/dev/ttyS0", usbId: undefined, manufacturer: undefined, isBoard: false },
];

describe("radios", () => {
  test("lists the cards that can be used, and why the others cannot", async () => {
    const out = transcript();
    await radios(machine({ ...WITH_CARDS, "ip -json -4 route show default": '[{"dev":"wlan1"}]' }), serial(), out);
    expect(out.stdout.lines).toEqual([
      "air:            a simulated air that the programs of this computer share",
      "sim:            a simulated air of one process",
      "replay:FILE     a capture as a radio, for listening",
      "linux:wlan1     no: wlan1 is this computer's way to the network",
      "linux:wlan0     can monitor and acknowledge",
    ]);
  });

  test("points to the doctor where there is no card, and gives programs all it knows", async () => {
    const out = transcript();
    await radios(machine({}), serial(), out);
    expect(out.stderr.text).toContain("espnow doctor");
    const json = transcript({ json: true });
    await radios(machine(WITH_CARDS), serial(), json);
    expect(json.stdout.records).toContainEqual(
      expect.objectContaining({ url: "linux:wlan0", usable: true, acknowledges: true }),
    );
  });

  test("lists the serial ports: what looks like a board, and what speaks against it", async () => {
    const out = transcript();
    await radios(machine({}), serial(PORTS), out);
    expect(out.stdout.lines.slice(3)).toEqual([
      "board:/dev/ttyUSB0 looks like a board (10c4:ea60 Silicon Labs); --probe asks it",
      'board:/dev/ttyUSB1 no: no permission: sudo usermod -aG dialout "$USER"',
      "board:/dev/ttyS0 a serial port (not on USB)",
    ]);
  });

  test("asks the boards what they are only where it is told to", async () => {
    const out = transcript();
    await radios(machine({}), serial(PORTS), out, { probe: true });
    expect(out.stdout.lines.slice(3)).toEqual([
      "board:/dev/ttyUSB0 MicroPython 1.27.0 on Generic ESP32 module with ESP32",
      'board:/dev/ttyUSB1 no: no permission: sudo usermod -aG dialout "$USER"',
      "board:/dev/ttyS0 no: nothing answers",
    ]);
  });

  test("says what is missing where serial ports cannot be listed", async () => {
    const out = transcript();
    await radios(machine({}), serial("serial ports need a package: npm install serialport"), out);
    expect(out.stderr.text).toContain("npm install serialport");
  });
});
