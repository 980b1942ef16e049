import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => vi.resetModules()); // the default radio is opened once for each copy of the modules
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const library = (): Promise<typeof import("#lib/index.ts")> => import("#lib/index.ts");

test("objects that name no radio share one", async () => {
  vi.stubEnv("ESPNOW_RADIO", "sim:");
  const { AIOESPNow, ESPNow, openRadioSync, sleep, WLAN } = await library();
  const wlan = new WLAN(WLAN.IF_STA);
  wlan.active(true);
  const e = new AIOESPNow();
  e.active(true);
  expect(new ESPNow().active()).toBe(true);
  await sleep(1);

  const neighbour = openRadioSync("sim:");
  neighbour.setInterfaceActive(0, true);
  e.addPeer(neighbour.address(0));
  expect(await e.asend(neighbour.address(0), "x")).toBe(true);
  e.active(false);
});

test("where there are no threads (browsers), the radio of programs that name none is an air of its own", async () => {
  vi.stubEnv("ESPNOW_RADIO", ""); // set to nothing is not set
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  const { AIOESPNow, openRadioSync, WLAN } = await library();
  new WLAN(WLAN.IF_STA).active(true);
  const e = new AIOESPNow();
  e.active(true);
  const neighbour = openRadioSync("sim:");
  neighbour.setInterfaceActive(0, true);
  e.addPeer(neighbour.address(0));
  expect(await e.asend(neighbour.address(0), "x")).toBe(true);
  e.active(false);
});

test("ESPNOW_RADIO names another, read when the first object is made", async () => {
  const { AIOESPNow, sleepSync, WLAN } = await library();
  vi.stubEnv("ESPNOW_RADIO", "sim:?clock=virtual&mac=02:00:00:00:00:77");
  expect(new WLAN().config("mac")).toBe("02:00:00:00:00:77");
  const e = new AIOESPNow();
  e.active(true);
  sleepSync(24 * 3600 * 1000);
  expect(e.recv(1)).toEqual([null, null]);
  e.active(false);
});

test("a wrong ESPNOW_RADIO is refused, and mended it is used", async () => {
  const { AIOESPNow, ESPNow } = await library();
  vi.stubEnv("ESPNOW_RADIO", "usb:0");
  expect(() => new AIOESPNow()).toThrow(
    /^the environment variable ESPNOW_RADIO: a radio URL must begin with .*, not "usb:0"$/,
  );
  vi.stubEnv("ESPNOW_RADIO", "sim:?clock=virtual");
  expect(new ESPNow().active()).toBe(false);
});
