import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { openPhy, openRadio, openRadioSync } from "#lib/open/open.ts";
import { opened, type RadioOpener } from "#lib/open/opening.ts";
import * as portable from "#lib/open/portable-schemes.ts";
import { registerRadio } from "#lib/open/registry.ts";
import { SCHEMES } from "#lib/open/schemes.ts";
import { Air } from "#lib/sim.ts";

const asked: [address: string, parameters: string][] = [];

const opener: RadioOpener = {
  radio(address, parameters) {
    asked.push([address, parameters.toString()]);
    return opened(new Air().radio());
  },
};

let remove = (): void => undefined;

afterEach(() => {
  remove();
  asked.length = 0;
});

describe("a registered scheme", () => {
  test("opens its radios by URL, and is given the address and the parameters", async () => {
    remove = registerRadio("test+1", opener);
    await using radio = await openRadio("test+1:somewhere?group=239.0.0.1");
    expect(radio.address(0)).toMatch(/^[0-9a-f:]{17}$/);
    await using _second = openRadioSync("test+1:");
    expect(asked).toEqual([
      ["somewhere", "group=239.0.0.1"],
      ["", ""],
    ]);
  });

  test("that loads its opener is opened by openRadio, and by openRadioSync not", async () => {
    remove = registerRadio("lazy", async () => opener);
    await using radio = await openRadio("lazy:");
    expect(radio.clock.kind).toBe("virtual");
    expect(() => openRadioSync("lazy:")).toThrow(
      "ENOTSUP: radios of lazy: are loaded when they are opened; use openRadio()",
    );
  });

  test("without a phy is none for openPhy", async () => {
    remove = registerRadio("messages", opener);
    await expect(openPhy("messages:")).rejects.toThrow("messages: moves messages, not frames");
  });

  test("is named by the refusal of others, and gone when it is removed", () => {
    remove = registerRadio("gone", opener);
    expect(() => openRadioSync("usb:")).toThrow("replay:, gone:, not");
    remove();
    expect(() => openRadioSync("gone:")).toThrow("must begin with");
  });

  test("cannot take the place of another", () => {
    expect(() => registerRadio("air", opener)).toThrow("radios of air: are registered already");
  });

  test.each(["", "Air", "1st", "a:b", "ä"])("%j is not a scheme", (scheme) => {
    expect(() => registerRadio(scheme, opener)).toThrow(RangeError);
  });
});

describe("in a browser's bundle", () => {
  test("the same schemes are known, and say what to use instead", () => {
    expect(Object.keys(portable.SCHEMES)).toEqual(Object.keys(SCHEMES));
    expect(portable.defaultUrl()).toBe("sim:");
    for (const scheme of ["air", "linux", "board", "replay"]) {
      expect(() => portable.SCHEMES[scheme]?.radio("", new URLSearchParams())).toThrow("ENOTSUP");
    }
  });

  test("package.json puts them in the place of the others", () => {
    const { browser } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(browser).toEqual({ "./dist/open/schemes.js": "./dist/open/portable-schemes.js" });
  });
});
