import { describe, expect, test } from "vitest";
import { linesOf, onABoard, python } from "./on-a-board.ts";

const NO_NETWORK = "a simulated board has ESP-NOW only, no IP network (espnow run --network gives it the computer's)";

test("a package imports its modules when they are asked for, by __import__ with a level", async () => {
  const files = {
    "pkg/__init__.py": python`
      def __getattr__(name):
          return getattr(__import__("deep", None, None, True, 1), name)
    `,
    "lib/pkg/deep.py": "",
    "pkg/deep.py": "from .deeper.there import VALUE\nfrom . import beside",
    "pkg/beside.py": "",
    "pkg/deeper/__init__.py": "",
    "pkg/deeper/there.py": "from ..beside import __name__ as VALUE",
  };
  expect(await linesOf("import pkg\nprint(pkg.VALUE)", files)).toEqual(["pkg.beside"]);
});

describe("a module that a simulated board cannot have", () => {
  test.each([
    ["_thread", "start_new_thread", "a simulated board has one thread, use asyncio"],
    ["bluetooth", "BLE", "a simulated board has ESP-NOW only"],
    ["ubluetooth", "BLE", "a simulated board has ESP-NOW only"],
  ])("can be imported: %s says why its %s cannot be used", async (module, name, why) => {
    const source = `import ${module}\nfrom ${module} import ${name}\nprint("imported")\n${name}()`;
    const { output } = await onABoard(source);
    expect(output).toMatch(/^imported\n/);
    expect(output).toContain(`NotImplementedError: ${module.replace(/^u/, "")}.${name}: ${why}\n`);
  });

  test.each([
    ["socket", "socket()", "socket.socket"],
    ["usocket", "getaddrinfo('host', 80)", "socket.getaddrinfo"],
    ["requests", "get('http://host/')", "socket.getaddrinfo"],
    ["urequests", "post('https://host/', data='x')", "socket.getaddrinfo"],
    ["umqtt.simple", "MQTTClient('me', 'host').connect()", "socket.socket"],
    ["umqtt.robust", "MQTTClient('me', 'host').connect()", "socket.socket"],
    ["ntptime", "settime()", "socket.getaddrinfo"],
    ["webrepl", "start()", "webrepl.start"],
  ])("of the network, %s, can be imported: %s says why it cannot be used", async (module, use, what) => {
    const source = `import ssl, ussl\nfrom ${module} import ${use.replace(/\(.*/, "")}\nprint("imported")\n${use}`;
    const { output } = await onABoard(source);
    expect(output).toMatch(/^imported\n/);
    expect(output).toContain(`NotImplementedError: ${what}: ${NO_NETWORK}\n`);
  });

  test("is the program's own where it has one", async () => {
    const files = { "umqtt/simple.py": "class MQTTClient: own = True", "lib/socket.py": "own = True" };
    const source = "import socket\nfrom umqtt.simple import MQTTClient\nprint(socket.own, MQTTClient.own)";
    expect(await linesOf(source, files)).toEqual(["True True"]);
  });

  test("is the board's where the program's is in /lib, and Python is frozen into the firmware", async () => {
    const files = {
      "lib/umqtt/simple.py": "own = True",
      "lib/requests.py": "own = True",
      "lib/ntptime.py": "own = True",
    };
    const source =
      "import requests, ntptime, umqtt.simple as u\nprint([hasattr(m, 'own') for m in (requests, ntptime, u)])";
    expect(await linesOf(source, files)).toEqual(["[False, False, False]"]);
  });
});

describe("sys.modules", () => {
  test("has the modules of a board and of the program, and none of the simulator", async () => {
    const source = python`
      import sys, _mine, _thread
      print(sorted(name for name in sys.modules if name.startswith("_")), "machine" in sys.modules, "_bridge" in sys.modules)
      print(sys.modules["_mine"].X, sys.modules.pop("_mine").X, sys.modules.pop("_mine", 7), sys.modules.get("_boot"))
      try: del sys.modules["_bridge"]
      except KeyError as e: print("KeyError")
    `;
    expect(await linesOf(source, { "_mine.py": "X = 1" })).toEqual([
      "['_mine', '_thread'] True False",
      "1 1 7 None",
      "KeyError",
    ]);
  });

  test("can be emptied: modules are loaded anew", async () => {
    const source = python`
      import sys
      for name in list(sys.modules): del sys.modules[name]
      print(len(sys.modules))
      import espnow, network
      network.WLAN(0).active(True)
      e = espnow.ESPNow()
      e.active(True)
      e.add_peer(b"\xff" * 6)
      print(e.send(b"\xff" * 6, "x"))
    `;
    expect(await linesOf(source)).toEqual(["0", "True"]);
  });
});

describe("a program's own modules", () => {
  const files = {
    "collections/__init__.py": "OWN = 'collections'",
    "lib/logging.py": "OWN = 'logging'",
    "types.py": "OWN = 'types'",
    "errno.py": "OWN = 'errno'",
    "struct.py": "OWN = 'struct'",
    "_calls.py": "OWN = '_calls'",
    "lib/time.py": "OWN = 'time'",
    "os.py": "OWN = 'os'",
    "io.py": "OWN = 'io'",
    "sys.py": "OWN = 'sys'",
  };

  test("win over the board's, which do not find them", async () => {
    const source = python`
      import aioespnow, asyncio, dht, ds18x20, esp, esp32, espnow, machine, neopixel, network, onewire, select
      import sys
      for name in ("collections", "logging", "types", "errno", "struct", "_calls", "time", "os", "io"):
          print(__import__(name).OWN == name, end=" ")
      print(sys.platform)
      network.WLAN(network.STA_IF).active(True)
      e = aioespnow.AIOESPNow()
      e.active(True)
      async def main():
          await asyncio.sleep_ms(10)
          print(await asyncio.wait_for(e.arecv(), 1))
      try:
          asyncio.run(main())
      except asyncio.TimeoutError as error:
          print(repr(error), select.poll().poll(10))
    `;
    expect(await linesOf(source, files)).toEqual([`${"True ".repeat(9)}esp32`, "TimeoutError() []"]);
  });

  test("are Python: a file of data with a module's name is none", async () => {
    const files = { "time.csv": "1,2", "os.txt": "", "machine.yaml": "a: 1", espnow: "" };
    const source =
      "import machine, time\nmachine.RTC().datetime((2026, 3, 1, 6, 12, 0, 0, 0))\nprint(time.gmtime()[:3])";
    expect(await linesOf(source, files)).toEqual(["(2026, 3, 1)"]);
  });

  test("do not disturb a board without them", async () => {
    expect(await linesOf("import os, errno\nprint(errno.ENOENT, hasattr(os, 'OWN'))")).toEqual(["2 False"]);
  });
});
