import { renderYaml } from '@snowmelt/core/pipeline';
import { datasetName } from '@snowmelt/core/ports';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readYaml } from './read-yaml.ts';

it('writes tests that are read back as they were, whatever the values', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'null',
      '~',
      '- a',
      'a: b',
      '#x',
      'yes',
      '0123',
      "it's",
      '"',
      ' x',
      '',
      '---',
      '*a',
      '&a',
      '!t',
      '{',
      '[',
      '%',
      '@',
      '|',
      '>',
      'a #b',
      '?',
      'a\nb',
    ),
  );
  fc.assert(
    fc.property(text, fc.option(text), (name, value) => {
      const row = { a: value, b: name };
      const expected = { rows: [row], refused: [], ordered: false, checks: undefined };
      const yaml = renderYaml(
        { name, dataset: datasetName('silver', 'x'), date: undefined, given: { 'bronze.x': [row] }, expect: expected },
        [],
      );
      expect(readYaml(yaml, 'x').content).toEqual([{ name, dataset: 'silver.x', given: { 'bronze.x': [row] }, expect: { rows: [row] } }]);
    }),
    { seed: 5, numRuns: 300 },
  );
});
