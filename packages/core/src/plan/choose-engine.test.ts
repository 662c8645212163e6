import { expect, it } from 'vitest';
import { datasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import { sqlText } from '../sql/text.ts';
import { chooseEngine, type EngineRules } from './choose-engine.ts';

const rules = (mode: EngineRules['mode']): EngineRules => ({ mode, sparkFromBytes: 1000, memoryBytes: 3000 });
const step = (inputBytes: number, kind: 'bigint' | 'time' = 'bigint') => ({
  inputBytes,
  request: {
    dataset: datasetName('gold', 'sales'),
    stages: [
      {
        kind: 'input' as const,
        input: {
          relation: 'silver__orders',
          dataset: datasetName('silver', 'orders'),
          columns: [{ name: 'x', type: { kind } }],
          files: [objectKey('silver/x.parquet')],
        },
      },
      { kind: 'table' as const, name: '_rows', sql: { duckdb: sqlText('SELECT 1'), spark: sqlText('SELECT 1') } },
    ],
    outputs: [
      {
        part: 'rows' as const,
        from: '_rows',
        columns: [],
        sortBy: [],
        partition: { kind: 'day' as const, day: logicalDate('2024-01-01') },
        prefix: 'gold/{year}',
      },
    ],
    checks: [],
  },
});

it('is the one that is asked for, whatever the size', () => {
  expect(chooseEngine(step(5000), rules('duckdb'))).toMatchObject({ engine: 'duckdb', reason: 'asked' });
  expect(chooseEngine(step(0), rules('spark'))).toEqual({ engine: 'spark', reason: 'asked', inputBytes: 0 });
});

it('is Spark from a size of the input on, if that is left to it', () => {
  expect(chooseEngine(step(999), rules('auto'))).toMatchObject({ engine: 'duckdb', reason: 'small', inputBytes: 999 });
  expect(chooseEngine(step(1000), rules('auto'))).toMatchObject({ engine: 'spark', reason: 'large', inputBytes: 1000 });
});

it('is DuckDB, however large, for what Spark has no type for', () => {
  expect(chooseEngine(step(5000, 'time'), rules('auto'))).toMatchObject({ engine: 'duckdb', reason: 'no-spark-type' });
});

it('says beforehand that DuckDB will not get by with the memory it may use; Spark is not asked', () => {
  expect(chooseEngine(step(500), rules('duckdb'))).not.toHaveProperty('needsBytes');
  expect(chooseEngine(step(501), rules('duckdb'))).toMatchObject({ needsBytes: 3006 });
  expect(chooseEngine(step(501), rules('spark'))).not.toHaveProperty('needsBytes');
});
