import { describe, expect, test } from "vitest";
import { EspNowError } from "#lib/errors.ts";

describe("EspNowError", () => {
  // esp_now.h: ESP_ERR_ESPNOW_BASE is ESP_ERR_WIFI_BASE (0x3000) + 100; MicroPython raises the negative.
  test.each([
    ["ESP_ERR_ESPNOW_NOT_INIT", 1],
    ["ESP_ERR_ESPNOW_ARG", 2],
    ["ESP_ERR_ESPNOW_NO_MEM", 3],
    ["ESP_ERR_ESPNOW_FULL", 4],
    ["ESP_ERR_ESPNOW_NOT_FOUND", 5],
    ["ESP_ERR_ESPNOW_INTERNAL", 6],
    ["ESP_ERR_ESPNOW_EXIST", 7],
    ["ESP_ERR_ESPNOW_IF", 8],
    ["ESP_ERR_ESPNOW_CHAN", 9],
  ] as const)("%s has the number -(0x3064 + %i), as in MicroPython", (code, number) => {
    expect(new EspNowError(code, "text")).toMatchObject({ code, errno: -(0x3064 + number) });
  });

  test("is an Error that says its code first and keeps its cause", () => {
    const cause = new Error("EPERM");
    const error = new EspNowError("ERR_RADIO_PERMISSION", "may not open the interface", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("EspNowError");
    expect(error.message).toBe("ERR_RADIO_PERMISSION: may not open the interface");
    expect(error.cause).toBe(cause);
  });

  test("has one code, its own, where its reason is the message of another", () => {
    const cause = new EspNowError("ERR_RADIO_PERMISSION", "cannot open it");
    expect(new EspNowError("ERR_RADIO_DOWN", cause.message).message).toBe("ERR_RADIO_DOWN: cannot open it");
    expect(new EspNowError("ERR_RADIO_DOWN", "wlan1: it is gone").message).toBe("ERR_RADIO_DOWN: wlan1: it is gone");
  });
});
