import { describe, expect, test } from "vitest";
import { linesOf, onABoard, python } from "./on-a-board.ts";

const NO_NETWORK = "a simulated board has ESP-NOW only, no IP network";

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
    ["socket", "socket", NO_NETWORK],
    ["usocket", "getaddrinfo", NO_NETWORK],
    ["ssl", "wrap_socket", NO_NETWORK],
    ["requests", "get", NO_NETWORK],
    ["urequests", "post", NO_NETWORK],
    ["umqtt.simple", "MQTTClient", NO_NETWORK],
    ["umqtt.robust", "MQTTClient", NO_NETWORK],
    ["ntptime", "settime", NO_NETWORK],
    ["webrepl", "start", NO_NETWORK],
    ["_thread", "start_new_thread", "a simulated board has one thread"],
    ["bluetooth", "BLE", "a simulated board has ESP-NOW only"],
    ["ucryptolib", "aes", "this MicroPython is built without it"],
  ])("can be imported: %s says why its %s cannot be used", async (module, name, why) => {
    const source = `import ${module}\nfrom ${module} import ${name}\nprint("imported")\n${name}()`;
    const { output } = await onABoard(source);
    expect(output).toMatch(/^imported\n/);
    const known = /^u(?!mqtt)/.test(module) ? module.slice(1) : module;
    expect(output).toContain(`NotImplementedError: ${known}.${name}: ${why}\n`);
  });

  test("is the program's own where it has one", async () => {
    const files = { "lib/umqtt/simple.py": "class MQTTClient: own = True", "socket.py": "own = True" };
    const source = "import socket\nfrom umqtt.simple import MQTTClient\nprint(socket.own, MQTTClient.own)";
    expect(await linesOf(source, files)).toEqual(["True True"]);
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

  test("do not disturb a board without them", async () => {
    expect(await linesOf("import os, errno\nprint(errno.ENOENT, hasattr(os, 'OWN'))")).toEqual(["2 False"]);
  });
});
