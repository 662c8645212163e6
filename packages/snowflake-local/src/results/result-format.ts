/** For whom a result is written: clients of the SQL API, or drivers, which log in and hold a session. */
export type ResultFormat = 'sql-api' | 'session';

/** What surrounds the rows of a stored partition. */
export const FRAMES: Readonly<Record<ResultFormat, { readonly head: Buffer; readonly tail: Buffer }>> = {
  'sql-api': { head: Buffer.from('{"data":['), tail: Buffer.from(']}') },
  session: { head: Buffer.alloc(0), tail: Buffer.alloc(0) },
};
