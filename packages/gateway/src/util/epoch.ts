// util: The door to the wall clock of the platform. Everything else in the gateway runs on the clock of its radios.

/** The time in ms since 1970 when the clock stood at 0. A virtual clock begins with 1970. */
export function epochOf(clock: { readonly kind: "system" | "virtual"; now(): number }): number {
  return clock.kind === "system" ? Date.now() - clock.now() : 0;
}
