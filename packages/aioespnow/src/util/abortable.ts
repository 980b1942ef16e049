/**
 * A promise for something that calls back once, and that can be given up. `start` begins the waiting and returns the way
 * to give it up; an aborted signal is looked at first, and its listener is always removed.
 * @throws the signal's reason, by rejection.
 */
export function abortable<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal === undefined) {
      start(resolve);
      return;
    }
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = start((value) => {
      signal.removeEventListener("abort", onAbort);
      resolve(value);
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
