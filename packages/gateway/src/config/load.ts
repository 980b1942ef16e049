import { parseSettings } from "aioespnow/settings";
import { configShape, type GatewayConfig } from "./schema.ts";

export { SettingsError as ConfigError } from "aioespnow/settings";

/**
 * Reads a configuration in YAML. `file` is its name, for errors; left out where it is no file. An empty one is the default.
 * @throws ConfigError for what is no YAML, and for settings that are not there or not right.
 */
export function parseConfig(text: string, file?: string): GatewayConfig {
  return parseSettings(text, configShape, file) as GatewayConfig;
}
