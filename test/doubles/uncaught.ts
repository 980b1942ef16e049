/** The errors that reach `uncaughtException` while `work` runs, up to the turn of the event loop after it. */
export async function uncaughtErrors(work: () => unknown): Promise<unknown[]> {
  const errors: unknown[] = [];
  const others = process.listeners("uncaughtException");
  const listener = (error: unknown): void => void errors.push(error);
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", listener);
  try {
    await work();
    await new Promise(setImmediate);
  } finally {
    process.removeListener("uncaughtException", listener);
    for (const other of others) process.on("uncaughtException", other);
  }
  return errors;
}
