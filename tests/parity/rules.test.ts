import type { RenderedSql } from '@snowmelt/core/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forBoth } from '../../packages/core/src/sql/render.ts';
import { whyNoSpark } from '../../packages/local/test-support/test-spark.ts';
import { bucketTexts, RULE_CASES, type RuleCase } from './corpus/rules.ts';
import { type Outcome, openParityBench, type ParityBench } from './parity-bench.ts';

const missing = whyNoSpark();
if (missing !== undefined) process.stderr.write(`\n*** Parity of cleaning rules is NOT tested here: ${missing}. ***\n`);

// What a rule makes of a value is tested on DuckDB beside the rule; here Spark must make the same of it.
describe.skipIf(missing !== undefined)('rules, conditions and casts', () => {
  let bench: ParityBench;
  let found: Readonly<Record<'duckdb' | 'spark', ReadonlyMap<string, Outcome>>>;
  beforeAll(async () => {
    bench = await openParityBench();
    found = await bench.runRendered(new Map(RULE_CASES.map((one, i) => [`r${i}`, queryOf(one)])));
  }, 600_000);
  afterAll(() => bench?.close());

  it.each(RULE_CASES.map(({ name }, i) => [name, `r${i}`] as const))('%s', (_name, id) => {
    expect(found.duckdb.get(id)).toBeInstanceOf(Array);
    expect(found.spark.get(id)).toEqual(found.duckdb.get(id));
  });

  it('puts keys into the same buckets', async () => {
    const both = await bench.runRendered(new Map([['b', bucketTexts()]]));
    expect(both.spark.get('b')).toEqual(both.duckdb.get('b'));
  });
});

function queryOf({ type, values, expression }: RuleCase): RenderedSql {
  return forBoth((words) => {
    const rows = values.map(
      (value, i) => `SELECT ${i} AS i, ${value === null ? `CAST(NULL AS ${words.type(type)})` : words.constant(value, type)} AS x`,
    );
    return `SELECT concat_ws('|', i, COALESCE(CAST(${expression(words)} AS ${words.type({ kind: 'varchar' })}), '∅')) AS v FROM (${rows.join(' UNION ALL ')}) AS _x`;
  });
}
