import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoSpark } from '../../packages/local/test-support/test-spark.ts';
import { QUERIES } from './corpus/queries.ts';
import { type Outcome, openParityBench, type ParityBench } from './parity-bench.ts';

const missing = whyNoSpark();
if (missing !== undefined) process.stderr.write(`\n*** Parity of queries is NOT tested here: ${missing}. ***\n`);

it('is a corpus of at least 60 queries, each once', () => {
  expect(QUERIES.length).toBeGreaterThanOrEqual(60);
  expect(new Set(QUERIES.map(({ sql }) => sql)).size).toBe(QUERIES.length);
});

describe.skipIf(missing !== undefined)('queries', () => {
  let bench: ParityBench;
  let found: Awaited<ReturnType<ParityBench['run']>>;
  beforeAll(async () => {
    bench = await openParityBench();
    found = await bench.run(
      QUERIES.map(({ sql }, i) => ({ id: `q${i}`, sql, mayFail: false })),
      false,
    );
  }, 600_000);
  afterAll(() => bench?.close());

  it.each(QUERIES.map((one, i) => [one.sql, one, `q${i}`] as const))('%s', (_sql, { answer }, id) => {
    const expected = 'refused' in answer ? 'refused' : 'error' in answer ? 'error' : [...answer].sort();
    expect({ duckdb: comparable(found.duckdb.get(id)), spark: comparable(found.spark.get(id)) }).toEqual({
      duckdb: expected,
      spark: expected,
    });
  });
});

// Which of the two zeros stands for a group of both is up to the engine: they are equal.
function comparable(outcome: Outcome | undefined): unknown {
  return typeof outcome === 'object' ? outcome.map((row) => row.replace(/(^|\|)-0\.0(?=\||$)/g, '$10.0')) : outcome;
}
