import { openRadio, registerRadio } from "aioespnow";
import { describeRadio } from "aioespnow/testing";
import { expect, test } from "vitest";
import { openUdpRadio, udpOpener } from "./udp-radio.ts";

let port = 42_100 + (process.pid % 1000) * 10;

describeRadio("a radio over UDP", {
  reportsAck: true,
  async open() {
    const group = "239.255.42.1";
    port++;
    const [a, b] = [await openUdpRadio(group, port), await openUdpRadio(group, port)];
    const close = async (): Promise<void> => {
      await a[Symbol.asyncDispose]();
      await b[Symbol.asyncDispose]();
    };
    return { a, b, close };
  },
});

test("is opened by its URL", async () => {
  const unregister = registerRadio("udp", udpOpener);
  await using radio = await openRadio("udp:239.255.42.2:42099?mac=02:00:00:00:00:01");
  expect(radio.address(0)).toBe("02:00:00:00:00:01");
  await expect(openRadio("udp:nowhere")).rejects.toThrow("a UDP radio is udp:GROUP:PORT, not udp:nowhere");
  unregister();
});
