/** Milliseconds since 1970 as ISO 8601: `2026-11-29T07:00:00.000Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** What `isoTime` made, in ms since 1970; NaN where it did not make it. */
export function msOfIsoTime(text: string): number {
  return Date.parse(text);
}
