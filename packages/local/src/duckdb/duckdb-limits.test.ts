import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BuildRequest,
  type Column,
  datasetName,
  logicalDate,
  type ObjectStore,
  objectKey,
  type SqlEngine,
  sqlText,
} from '@snowmelt/core/ports';
import { readTestParquet } from '@snowmelt/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { duckdbEngine } from './duckdb-engine.ts';
import { readDuckdbFailure, toBuildError } from './duckdb-error.ts';
import { type DuckdbSession, openDuckdb } from './duckdb-session.ts';

let root: string;
let session: DuckdbSession;
let store: ObjectStore;
let engine: SqlEngine;
const columns: readonly Column[] = [{ name: 'id', type: { kind: 'bigint' } }];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-limits-'));
  session = openDuckdb({ memoryLimit: '100MB', threads: 2, tempFolder: join(root, 'temp') });
  store = fsObjectStore({ root: join(root, 'lake') });
  engine = duckdbEngine({ session, store });
});
afterEach(async () => {
  session.close();
  await rm(root, { recursive: true, force: true });
});

function request(sql: string, sortBy: readonly string[] = []): BuildRequest {
  const text = sqlText(sql);
  return {
    dataset: datasetName('gold', 't'),
    stages: [{ kind: 'view', name: 'result', sql: { duckdb: text, spark: text } }],
    checks: [],
    outputs: [
      {
        part: 'rows',
        from: 'result',
        columns,
        sortBy,
        prefix: 'gold/t/{day}/{attempt}',
        partition: { kind: 'day', day: logicalDate('2024-01-15') },
      },
    ],
  };
}
const context = (signal = new AbortController().signal) => ({ attempt: 'a1', signal });
const build = (sql: string, signal?: AbortSignal) => engine.build(request(sql), context(signal), () => undefined);

describe('duckdbEngine at its limits', () => {
  it('sorts more than fits in memory, with several threads', async () => {
    const sorted = request('SELECT hash(i) % 1000003 AS id, i FROM range(2000000) AS t(i)', ['id']);
    const report = await engine.build(sorted, context(), () => undefined);
    const [file] = report.outputs[0]?.partitions[0]?.files ?? [];
    const rows = await readTestParquet(store.locate(file?.key ?? objectKey('none')));
    expect(rows).toHaveLength(2_000_000);
    expect(rows.every(([id], i) => i === 0 || Number(rows[i - 1]?.[0]) <= Number(id))).toBe(true);
  });

  it('says how to give more memory when it runs out', async () => {
    const failure = await build('SELECT length(string_agg(i::VARCHAR, repeat(chr(44), 50))) AS id FROM range(20000000) AS t(i)').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'build/out-of-memory', hint: expect.stringContaining('--memory') });
    expect(await store.list('')).toEqual([]);
  });

  it('stops in the middle of a statement and leaves no file', async () => {
    const controller = new AbortController();
    const running = build('SELECT i AS id FROM range(10000000000) AS t(i)', controller.signal);
    const settled = running.catch((error: unknown) => error);
    await untilFileExists(join(root, 'lake', 'gold', 't', '15', 'a1'));
    controller.abort();
    expect(await settled).toMatchObject({ code: 'run/interrupted' });
    expect(await store.list('')).toEqual([]);
  });
});

async function untilFileExists(folder: string): Promise<void> {
  while ((await readdir(folder).catch(() => [])).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('toBuildError', () => {
  const failed = (type: string, message: string, position?: number) => {
    const fields = { exception_type: type, exception_message: message, ...(position === undefined ? {} : { position: String(position) }) };
    const sql = 'SELECT CAST("müll" AS BIGINT) FROM t';
    return toBuildError(new Error(JSON.stringify(fields)), { doing: 'building gold.t', sql, at: { dataset: 'gold.t' }, folder: '/tmp/x' });
  };

  it.each([
    ['Out of Memory', 'failed to pin block', 'build/out-of-memory'],
    ['IO', 'Could not write file "x": No space left on device', 'lake/disk-full'],
    ['Out of Memory', 'failed to offload: No space left on device', 'lake/disk-full'],
    ['IO', 'Cannot open file "/lake/x.parquet": No such file or directory', 'lake/io'],
    ['INTERRUPT', 'Interrupted!', 'run/interrupted'],
    ['Binder', 'Referenced column "x" not found', 'build/failed'],
    ['Conversion', "Could not convert string 'secret' to INT32", 'build/value-does-not-fit'],
    ['Out of Range', 'Overflow in multiplication of INT64 (secret * 2)!', 'build/value-does-not-fit'],
    ['Invalid Input', 'Could not parse string "secret"', 'build/failed'],
    ['INTERNAL', 'secret', 'build/failed'],
  ])('codes %s: %s', (type, message, code) => {
    const error = failed(type, message, 7);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('secret');
  });

  it('points at the SQL or names the column', () => {
    expect(failed('Conversion', "Could not convert string 'secret' to INT64", 13).message).toContain('`müll" AS BIGINT) FROM t`');
    const named = failed('Conversion', "Could not convert string 'secret' to INT64 when casting from source column müll_1 x", 7);
    expect(named.message).not.toContain('secret');
    expect(failed('Conversion', "… 'secret' to INT64 when casting from source column qty", 7).message).toContain('column `qty`');
  });

  it('names the full folder', () => {
    expect(failed('IO', 'Could not write file "/lake/gold/x.parquet": No space left on device').message).toContain('`/lake/gold`');
    expect(failed('Out of Memory', 'failed to offload: No space left on device').message).toContain('`/tmp/x`');
  });

  it('understands errors that are not JSON', () => {
    expect(readDuckdbFailure(new Error('Parser Error: {"exception_type":"Parser","exception_message":"m"}'))).toEqual({
      type: 'Parser',
      message: 'm',
    });
    expect(readDuckdbFailure(new Error('Binder Error: no')).type).toBe('Binder');
    expect(readDuckdbFailure('odd').type).toBe('Unknown');
  });
});
