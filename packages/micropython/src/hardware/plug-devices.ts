import type { SavedDevice } from "../board/device.ts";
import type { Machine } from "../board/machine.ts";
import type { DeviceSettings } from "./device.ts";
import { kindOf } from "./registry.ts";
import { Script, type ScriptWiring } from "./script.ts";

/**
 * Puts the devices of a saved board on another, with its script, before that is put into its state. Devices of your own are
 * left to you.
 *
 *     const scenario = Scenario.from(saved, plugDevices);
 */
export function plugDevices(
  { machine }: { readonly machine: Machine },
  { devices }: { readonly devices: readonly SavedDevice[] },
): void {
  for (const { name, wiring } of devices) {
    if (wiring === undefined) continue;
    if (isScript(wiring)) Script.plug(machine, wiring);
    else {
      const { device, ...place } = wiring as DeviceSettings;
      kindOf(device).create(machine, { ...place, name });
    }
  }
}

function isScript(wiring: unknown): wiring is ScriptWiring {
  return "tracks" in (wiring as object);
}
