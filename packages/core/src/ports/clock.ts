/** Time and chance, so that tests can hold them still. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or rejects with `run/interrupted` when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A short identifier, unique and sorted by time. */
  newId(): string;
}
