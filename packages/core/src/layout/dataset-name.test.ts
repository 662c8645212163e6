import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  datasetName,
  isLakeIdentifier,
  LAYERS,
  layerOf,
  parseDatasetName,
  quarantineOf,
  quarantineTableOf,
  relationOf,
  tableOf,
} from './dataset-name.ts';

const table = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(_[a-z0-9]{1,5}){0,3}$/);
const layer = fc.constantFrom(...LAYERS);

it('has a layer and a table, and is parsed back', () => {
  fc.assert(
    fc.property(layer, table, (inLayer, named) => {
      const name = datasetName(inLayer, named);
      expect([layerOf(name), tableOf(name), parseDatasetName(name)]).toEqual([inLayer, named, name]);
    }),
  );
});

it('gives every dataset and its quarantine names of their own', () => {
  fc.assert(
    fc.property(layer, table, layer, table, (layerA, tableA, layerB, tableB) => {
      const [a, b] = [datasetName(layerA, tableA), datasetName(layerB, tableB)];
      const names = (name: typeof a) => [relationOf(name), relationOf(quarantineOf(name)), `${layerOf(name)}/${quarantineTableOf(name)}`];
      if (a !== b) expect(names(a).some((name) => names(b).includes(name))).toBe(false);
      expect(quarantineOf(a).endsWith(quarantineTableOf(a))).toBe(true);
    }),
  );
});

it.each([
  'orders',
  'raw.orders',
  'silver.Orders',
  'silver.',
  'silver.a.b',
  'silver.a__b',
  'silver.1a',
  'silver.a-b',
  'silver.é',
  'silver.a/../b',
  '.a',
  '',
])('refuses %j', (text) => {
  expect(() => parseDatasetName(text)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
});

it('lets nothing into an identifier that SQL or a path would take for more than a name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (isLakeIdentifier(text)) expect(text).toMatch(/^[a-z0-9_]+$/);
    }),
  );
  for (const text of ['a b', 'a"b', "a'b", 'a\nb', 'a\n', 'a.b', 'a/b', 'a'.repeat(122)]) expect(isLakeIdentifier(text)).toBe(false);
});
