/**
 * Files of settings in YAML, checked by a zod schema. The packages `yaml` and `zod` are needed.
 *
 * @module aioespnow/settings
 */

export { durationMs } from "./duration.ts";
export { parseSettings, SettingsError } from "./settings-file.ts";
