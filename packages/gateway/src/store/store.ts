// store: The one place on disk. What a transaction has written to a file survives a crash, and a power failure if that
// is asked for. What cannot be kept is refused. It knows texts, keys and collections, and not what they mean.

/** What is kept. Each collection has records of its own keys. */
export type Collection =
  | "nodes"
  | "mailbox"
  | "outcomes"
  | "outbox"
  | "spool"
  | "subscriptions"
  | "retained"
  | "counters";

/** The store cannot keep something: the disk is full, or may not be written. The message says which, and what to do. */
export class StoreError extends Error {
  /** Whether it stays so until a person does something: trying again does not help. */
  readonly isLasting: boolean;

  /** `message` says which store it is, what is wrong, and what to do. */
  constructor(message: string, isLasting = true) {
    super(message);
    this.isLasting = isLasting;
  }
}

/**
 * What a change survives: the end of the process at any instant, or also that of the computer's power, for which the disk
 * has to be waited for (a hundred times as long).
 */
export type Durability = "kill" | "power-loss";

/**
 * What has to survive the process: texts (without NUL, such as JSON) by keys, in collections. All calls are synchronous, and what they changed is kept
 * when the outermost `transaction` (or, outside of one, the call) returns. They throw a `StoreError` where it cannot be kept;
 * nothing is changed then.
 */
export interface Store extends AsyncDisposable {
  /** The text of a key; undefined if there is none. */
  get(collection: Collection, key: string): string | undefined;
  /** Keeps a text, in place of the one before. */
  put(collection: Collection, key: string, value: string): void;
  /** Removes a text; nothing happens where there is none. */
  delete(collection: Collection, key: string): void;
  /** The records of a collection as they are now, sorted by the UTF-8 of their keys. */
  entries(collection: Collection): readonly (readonly [key: string, value: string])[];
  /**
   * Runs `work`. What it throws undoes all that it changed. Not nested. `survives`: `power-loss` if left out, and outside of a
   * transaction.
   */
  transaction<T>(work: () => T, survives?: Durability): T;
}

/**
 * The records of a collection whose values are JSON.
 * @throws StoreError that names the record that is damaged.
 */
export function recordsOf<T>(store: Store, collection: Collection): readonly (readonly [key: string, record: T])[] {
  return store.entries(collection).map(([key, text]) => {
    try {
      return [key, JSON.parse(text) as T];
    } catch (error) {
      throw new StoreError(
        `the record ${key} of the store's ${collection} is damaged; move the store away to begin with an empty one (${(error as Error).message})`,
      );
    }
  });
}

/** What became of changes that were not promised to anybody. */
export class StoreHealth {
  /** Changes that could not be kept. */
  failures = 0;
  /** What is wrong now; undefined when the last change was kept. */
  problem: string | undefined;

  /** Makes a change that the gateway can do without. If it cannot be kept, the gateway continues and shows that. */
  tolerate(work: () => void): void {
    try {
      this.need(work);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Makes a change that is promised to somebody. @throws StoreError if it cannot be kept; that is shown too. */
  need(work: () => void): void {
    try {
      work();
      this.problem = undefined;
    } catch (error) {
      if (error instanceof StoreError) {
        this.failures++;
        this.problem = error.message;
      }
      throw error;
    }
  }
}
