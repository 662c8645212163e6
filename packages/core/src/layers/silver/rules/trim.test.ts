import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { trim } from './trim.ts';

const evaluate = openEvaluator();

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => trim({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

const applyTo = (asked: Partial<CleaningColumn>, texts: readonly (string | null)[]) => evaluate(rendered(asked).duckdb, texts);

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ trim: true })).toMatchInlineSnapshot(`
    {
      "duckdb": "regexp_replace(x, '^[ \\t\\n\\r\\f]+|[ \\t\\n\\r\\f]+\\z', '', 'g')",
      "spark": "regexp_replace(x, '^[ \\\\t\\\\n\\\\r\\\\f]+|[ \\\\t\\\\n\\\\r\\\\f]+\\\\z', '')",
    }
  `);
  expect(rendered({ trim: false }).duckdb).toBe('not asked for');
});

it('removes white space at both ends and nowhere else', async () => {
  expect(await applyTo({ trim: true }, ['  a  b ', '\t\r\n\fa\n', 'a', '', ' \n ', null])).toEqual(['a  b', 'a', 'a', '', '', null]);
});

it('leaves white space beyond ASCII alone, in the middle of a line end, too', async () => {
  expect(await applyTo({ trim: true }, ['\u00a0a\u2003', 'a \u0085', '\u200bé '])).toEqual(['\u00a0a\u2003', 'a \u0085', '\u200bé']);
});
