import { expect, it } from 'vitest';
import { openEvaluator } from '../../../../test-support/evaluate.ts';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { normalize } from './normalize.ts';

const evaluate = openEvaluator();

const rendered = (asked: Partial<CleaningColumn>) =>
  forBoth((words) => normalize({ type: { kind: 'varchar' }, onFail: 'quarantine', ...asked }, words)?.('x') ?? 'not asked for');

it('is rendered for both engines, or not at all', () => {
  expect(rendered({ normalize: 'NFC' })).toEqual({ duckdb: 'nfc_normalize(x)', spark: 'snowmelt_nfc(x)' });
  expect(rendered({}).duckdb).toBe('not asked for');
});

it('gives texts that look alike one spelling, as Unicode says', async () => {
  const texts = ['Zoe\u0308', 'Zoë', '\u1100\u1161', 'ﬁ', 'q\u0307\u0323', '\u212b', '', null];
  expect(await evaluate(rendered({ normalize: 'NFC' }).duckdb, texts)).toEqual(texts.map((text) => text?.normalize('NFC') ?? null));
});
