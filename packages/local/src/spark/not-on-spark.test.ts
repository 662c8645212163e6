import { datasetName, logicalDate } from '@snowmelt/core/ports';
import { expect, it } from 'vitest';
import { openDuckdb } from '../duckdb/duckdb-session.ts';
import { fsObjectStore } from '../fs/fs-object-store.ts';
import { sparkEngine } from './spark-engine.ts';
import { openSpark } from './spark-process.ts';

const limits = { memoryLimit: '200MB', threads: 1, tempFolder: 'node_modules/.cache/spark-tests' };

it('refuses columns of a type that Spark does not have, before it starts Spark', async () => {
  const engine = sparkEngine({
    spark: openSpark(limits),
    session: openDuckdb(limits),
    store: fsObjectStore({ root: 'node_modules/.cache/none' }),
  });
  const output = {
    part: 'rows',
    from: '_rows',
    columns: [{ name: 'opens_at', type: { kind: 'time' } }],
    sortBy: [],
    partition: { kind: 'day', day: logicalDate('2024-01-01') },
    prefix: 'silver/{attempt}',
  } as const;
  const request = { dataset: datasetName('silver', 'shops'), stages: [], outputs: [output], checks: [] };
  const context = { attempt: 'a', signal: new AbortController().signal };
  await expect(engine.build(request, context, () => undefined)).rejects.toMatchObject({
    code: 'build/not-on-spark',
    message: expect.stringContaining('`opens_at`'),
  });
});
