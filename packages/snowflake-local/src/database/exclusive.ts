/** Runs tasks one after the other, in the order in which they ask. */
export type Exclusive = <T>(task: () => Promise<T>) => Promise<T>;

/** Makes a queue for writers: Snowflake lets them wait for each other where DuckDB reports a conflict. */
export function exclusive(): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
