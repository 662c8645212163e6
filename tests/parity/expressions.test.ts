import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoSpark } from '../../packages/local/test-support/test-spark.ts';
import { EXPRESSIONS } from './corpus/all-expressions.ts';
import type { AnswerType, ExpressionCase } from './corpus/case.ts';
import { type Outcome, openParityBench, type ParityBench } from './parity-bench.ts';

const missing = whyNoSpark();
if (missing !== undefined) process.stderr.write(`\n*** Parity of expressions is NOT tested here: ${missing}. ***\n`);

const isFailing = ({ answer }: ExpressionCase) => typeof answer === 'object' && answer !== null;

it('is a corpus of at least 300 expressions, each once, each with its source', () => {
  expect(EXPRESSIONS.length).toBeGreaterThanOrEqual(300);
  expect(new Set(EXPRESSIONS.map(({ sql, type }) => `${type} ${sql}`)).size).toBe(EXPRESSIONS.length);
});

describe.skipIf(missing !== undefined)('expressions', () => {
  let bench: ParityBench;
  let found: Awaited<ReturnType<ParityBench['run']>>;
  beforeAll(async () => {
    bench = await openParityBench();
    found = await bench.run(
      EXPRESSIONS.map((one, i) => ({ id: `e${i}`, sql: `select ${one.sql} as v`, mayFail: isFailing(one) })),
      true,
    );
  }, 600_000);
  afterAll(() => bench?.close());

  it.each(EXPRESSIONS.map((one, i) => [one.sql, one, `e${i}`] as const))('%s', (_sql, one, id) => {
    const expected = expectedOf(one);
    expect({ duckdb: comparable(found.duckdb.get(id), one.type), spark: comparable(found.spark.get(id), one.type) }).toEqual({
      duckdb: expected,
      spark: expected,
    });
  });
});

function expectedOf({ answer, type }: ExpressionCase): unknown {
  if (answer === null) return '∅';
  if (typeof answer === 'object') return 'error' in answer ? 'error' : 'refused';
  return comparable([answer], type);
}

function comparable(outcome: Outcome | undefined, type: AnswerType): unknown {
  if (outcome === undefined || typeof outcome === 'string') return outcome;
  const [value = '(no row)'] = outcome;
  if (value === '∅') return value;
  if (type === 'float') return Number(Number(value.replace('inf', 'Infinity')).toPrecision(15));
  if (type === 'number') return value.includes('.') ? value.replace(/\.?0+$/, '') : value;
  return type === 'timestamp' ? value.replace(/\.0+$|(\.\d*?)0+$/, '$1') : value;
}
