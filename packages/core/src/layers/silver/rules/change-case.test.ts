import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { changeCase } from './change-case.ts';

const evaluate = openEvaluator();

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => changeCase({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

const applyTo = (asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) => evaluate(rendered(asked).duckdb, texts);

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ case: 'upper' })).toMatchInlineSnapshot(`
    {
      "duckdb": "upper(x)",
      "spark": "CASE WHEN x RLIKE '^[\\\\x00-\\\\x7F]*\\\\z' THEN upper(x) ELSE array_join(transform(split(x, ''), c -> CASE WHEN c = 'ß' THEN 'ẞ' WHEN length(upper(c)) = 1 THEN upper(c) ELSE c END), '') END",
    }
  `);
  expect(rendered({ case: 'lower' }).spark).toContain('THEN lower(x) ELSE array_join(transform(');
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('changes letters beyond ASCII, too, and nothing else', async () => {
  expect(await applyTo({ case: 'upper' }, ['aé1 ñ', 'ÄÖ', '', '😀', null])).toEqual(['AÉ1 Ñ', 'ÄÖ', '', '😀', null]);
  expect(await applyTo({ case: 'lower' }, ['AÉ1 Ñ', 'ωΣ', '', null])).toEqual(['aé1 ñ', 'ωσ', '', null]);
});
