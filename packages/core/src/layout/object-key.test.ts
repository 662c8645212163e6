import fc from 'fast-check';
import { expect, it } from 'vitest';
import { datasetName, LAYERS } from './dataset-name.ts';
import { dayOf, logicalDate } from './logical-date.ts';
import { attemptName, dataPrefix, fillTemplate, objectKey, partitionTemplate, tableLogPrefix } from './object-key.ts';

it('cannot leave the lake, whatever it is made of', () => {
  const part = fc.oneof(
    fc.constantFrom('..', '.', '', 'a', '...', 'a..b', '\\', '..\\', 'C:'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const text = parts.join('/');
      let key: string;
      try {
        key = objectKey(text);
      } catch (error) {
        expect(error).toMatchObject({ code: 'internal/unexpected' });
        return;
      }
      const resolved = new URL(`file:///lake/${key.split('/').map(encodeURIComponent).join('/')}`);
      expect(resolved.pathname.startsWith('/lake/')).toBe(true);
      expect(resolved.pathname.split('/')).toHaveLength(key.split('/').length + 2);
    }),
    { numRuns: 200 },
  );
});

it.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', 'a/', '.', 'a/./b', '..', 'a\\..\\b', ''])('refuses %j', (text) => {
  expect(() => objectKey(text)).toThrow(expect.objectContaining({ code: 'internal/unexpected' }));
});

it('takes an ordinary key as it is', () => {
  expect(objectKey('bronze/year=2024/a..b/part-0.parquet')).toBe('bronze/year=2024/a..b/part-0.parquet');
});

it('is laid out with the date before the table', () => {
  const name = datasetName('silver', 'fact_orders');
  const attempt = attemptName(logicalDate('2024-01-15'), 'run1', 2);
  const fill = (part: 'rows' | 'quarantine') => fillTemplate(partitionTemplate(name, part), logicalDate('2024-01-15'), attempt);
  expect(fill('rows')).toBe('silver/year=2024/month=01/day=15/fact_orders/2024-01-15-run1-2');
  expect(fill('quarantine')).toBe('silver/year=2024/month=01/day=15/fact_orders__quarantine/2024-01-15-run1-2');
  expect(tableLogPrefix(name)).toBe('artifacts/catalog/silver.fact_orders/');
});

it('puts every partition of a layer, and nothing else, below the prefix of the layer', () => {
  const day = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map(dayOf);
  fc.assert(
    fc.property(fc.constantFrom(...LAYERS), fc.stringMatching(/^[a-z]{1,9}$/), day, (layer, table, on) => {
      const folder = objectKey(fillTemplate(partitionTemplate(datasetName(layer, table), 'rows'), on, attemptName(on, 'r', 1)));
      expect(LAYERS.filter((other) => folder.startsWith(dataPrefix(other)))).toEqual([layer]);
      expect(folder.split('/').at(-1)?.slice(0, 10)).toBe(on);
    }),
  );
});
