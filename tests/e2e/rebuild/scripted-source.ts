import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type ExtractRequest,
  type ExtractWindow,
  type ObjectStore,
  objectKey,
  renderColumnType,
  type Source,
  sqlText,
} from '@snowmelt/core/ports';
import type { DuckdbSession } from '@snowmelt/local';
import type { Row } from './history.ts';

/** A source that knows how its rows were at any time. */
export interface ScriptedSource {
  readonly source: Source;
  /** From now on the rows are these. */
  set(rows: readonly Row[], at: number): void;
  /** The rows as they were. */
  rowsAt(second: number): readonly Row[];
  redelivers: boolean;
}

/** The second that a text of {@link timeText} tells. */
export function secondOf(text: string): number {
  return (Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`) - START) / 1000;
}

const START = Date.parse('2024-01-10T00:00:00Z');
const DAY_SECONDS = 86_400;

/** The text of a second since the histories begin. */
export function timeText(second: number): string {
  return new Date(START + second * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

interface Brought {
  readonly rows: readonly (Row & { readonly isDeleted: boolean })[];
  readonly window: { readonly low?: string; readonly high?: string };
}

/** Makes a source of which a test says the rows; `now` is its clock, in seconds. */
export function scriptedSource(session: DuckdbSession, locate: ObjectStore['locate'], now: () => number): ScriptedSource {
  const states: { readonly at: number; readonly rows: readonly Row[] }[] = [{ at: -1, rows: [] }];
  const rowsAt = (second: number) => states.findLast(({ at }) => at <= second)?.rows ?? [];
  const bring = (window: ExtractWindow): Brought => {
    if (window.kind === 'full') return { rows: kept(rowsAt(now())), window: {} };
    const high = Math.min(now(), secondOf(window.until));
    const low = window.low === undefined ? undefined : secondOf(window.low);
    const ends = { ...(window.low === undefined ? {} : { low: window.low }), high: timeText(high) };
    if (window.kind === 'changes') return { rows: changes(low === undefined ? [] : rowsAt(low), rowsAt(high)), window: ends };
    const from = (low ?? -1) - (scripted.redelivers ? DAY_SECONDS : 0);
    return { rows: kept(rowsAt(now()).filter(({ changed }) => changed >= from && changed < high)), window: ends };
  };
  const scripted: ScriptedSource = {
    redelivers: false,
    rowsAt,
    set: (rows, at) => void states.push({ at, rows }),
    source: {
      ping: async () => 'here',
      describe: async () => ({ described: [], notes: [] }),
      digest: () => Promise.reject(new Error('Nothing is compared.')),
      extract: async (request) => {
        const { rows, window } = bring(request.window);
        const files = rows.length === 0 ? [] : [await writeRows(session, locate, request, rows)];
        return { files, rows: rows.length, window, statements: [], bytesFetched: 0 };
      },
    },
  };
  return scripted;
}

const kept = (rows: readonly Row[]) => rows.map((row) => ({ ...row, isDeleted: false }));

function changes(before: readonly Row[], after: readonly Row[]): Brought['rows'] {
  const isIn = (row: Row, rows: readonly Row[]) => rows.some((other) => JSON.stringify(other) === JSON.stringify(row));
  const gone = before.filter((row) => !isIn(row, after)).map((row) => ({ ...row, isDeleted: true }));
  return [...gone, ...kept(after.filter((row) => !isIn(row, before)))];
}

async function writeRows(
  session: DuckdbSession,
  locate: ObjectStore['locate'],
  request: ExtractRequest,
  rows: Brought['rows'],
): ReturnType<typeof fileOf> {
  const key = objectKey(`${request.prefix}/part-0.parquet`);
  await mkdir(dirname(locate(key)), { recursive: true });
  const values = rows.map(
    ({ id, team, value, day, changed, isDeleted }) =>
      `(${id}, ${team === null ? 'NULL' : `'${team}'`}, ${value}, TIMESTAMP '${timeText(day * DAY_SECONDS)}', TIMESTAMP '${timeText(changed)}', ${isDeleted})`,
  );
  const names = request.columns.map(
    ({ name, type }) => `CAST(${name === 'double_value' ? 'value * 2' : name} AS ${renderColumnType(type, 'duckdb')}) AS ${name}`,
  );
  const list = [...names, ...(request.changelog === undefined ? [] : ['_deleted'])].join(', ');
  const sql = `COPY (SELECT ${list} FROM (VALUES ${values.join(', ')}) AS t(id, team, value, happened_at, changed_at, _deleted)) TO '${locate(key)}' (FORMAT parquet)`;
  const connection = await session.connect();
  try {
    await connection.run(sqlText(sql));
  } finally {
    connection.closeSync();
  }
  return fileOf(key, rows.length);
}

async function fileOf(key: ReturnType<typeof objectKey>, rows: number) {
  return { key, rows, bytes: 1, checksum: `sha256:${key}`, columns: {} };
}
