const UNITS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `500ms`, `90s`, `1.5h`, `7d`; a number alone is seconds. Undefined for what is not a time. */
export function durationMs(text: string): number | undefined {
  const [, number, unit = "s"] = /^(\d+(?:\.\d*)?|\.\d+) ?(ms|s|min|h|d)?$/.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit as keyof typeof UNITS];
}
