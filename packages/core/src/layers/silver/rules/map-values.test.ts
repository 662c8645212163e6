import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { mapValues } from './map-values.ts';

const evaluate = openEvaluator();

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => mapValues({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

const applyTo = (asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) => evaluate(rendered(asked).duckdb, texts);

const map = { EIRE: 'Ireland', Unspecified: null, "L'Ile": 'île\\', '': 'nothing' };

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ map })).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE x WHEN 'EIRE' THEN 'Ireland' WHEN 'Unspecified' THEN NULL WHEN 'L''Ile' THEN 'île\\' WHEN '' THEN 'nothing' ELSE x END",
      "spark": "CASE x WHEN 'EIRE' THEN 'Ireland' WHEN 'Unspecified' THEN NULL WHEN 'L\\'Ile' THEN 'île\\\\' WHEN '' THEN 'nothing' ELSE x END",
    }
  `);
  expect(rendered({}).duckdb).toBe('not asked for');
  expect(rendered({ map: {} }).duckdb).toBe('not asked for');
});

it('replaces whole values exactly and keeps all others', async () => {
  const texts = ['EIRE', 'eire', 'EIRE ', 'Unspecified', "L'Ile", '', 'France', null];
  expect(await applyTo({ map }, texts)).toEqual(['Ireland', 'eire', 'EIRE ', null, 'île\\', 'nothing', 'France', null]);
});
