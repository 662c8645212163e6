import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { nullIf } from './null-if.ts';

const evaluate = openEvaluator();

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => nullIf({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

const applyTo = (asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) => evaluate(rendered(asked).duckdb, texts);

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ nullIf: ['', 'n/a', "it's"] })).toMatchInlineSnapshot(`
    {
      "duckdb": "CASE WHEN x IN ('', 'n/a', 'it''s') THEN NULL ELSE x END",
      "spark": "CASE WHEN x IN ('', 'n/a', 'it\\'s') THEN NULL ELSE x END",
    }
  `);
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('turns exactly the listed texts into NULL', async () => {
  const texts = ['', ' ', 'n/a', 'N/A', "it's", '?', null];
  expect(await applyTo({ nullIf: ['', 'n/a', "it's"] }, texts)).toEqual([null, ' ', null, 'N/A', null, '?', null]);
});

it('keeps the empty text where it is not listed', async () => {
  expect(await applyTo({ nullIf: ['?'] }, ['', '?'])).toEqual(['', null]);
});
