/** Waits for `work`; that the signal stops it is one of the ways it may end. */
export async function untilStopped(signal: AbortSignal, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
}
