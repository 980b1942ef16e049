/** An override of biome.json. */
export type Override = Record<string, unknown>;
export function importRules(): Override[];
export function isImportRule(one: Override): boolean;
export function markdown(): string;
export function quotedTable(): string | undefined;
