import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { collapseSpaces } from './collapse-spaces.ts';

const evaluate = openEvaluator();

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => collapseSpaces({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

const applyTo = (asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) => evaluate(rendered(asked).duckdb, texts);

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ collapseSpaces: true })).toMatchInlineSnapshot(`
    {
      "duckdb": "regexp_replace(x, '[ \\t\\n\\r\\f]{2,}|[\\t\\n\\r\\f]', ' ', 'g')",
      "spark": "regexp_replace(x, '[ \\\\t\\\\n\\\\r\\\\f]{2,}|[\\\\t\\\\n\\\\r\\\\f]', ' ')",
    }
  `);
  expect(rendered({ collapseSpaces: false }).duckdb).toBe('not asked for');
});

it('turns every run of white space into one blank, at the ends, too', async () => {
  const texts = ['WHITE  HANGING\t\tHEART', ' a\r\n b ', '\f', 'a b', '', null];
  expect(await applyTo({ collapseSpaces: true }, texts)).toEqual(['WHITE HANGING HEART', ' a b ', ' ', 'a b', '', null]);
});

it('does not take white space beyond ASCII for white space', async () => {
  expect(await applyTo({ collapseSpaces: true }, ['a\u00a0\u00a0b', '😀  😀'])).toEqual(['a\u00a0\u00a0b', '😀 😀']);
});
