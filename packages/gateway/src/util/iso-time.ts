/** Milliseconds since 1970 as ISO 8601: `2026-11-29T07:00:00.000Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
