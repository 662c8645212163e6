import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileShop, openLab, type Plant } from '../../test-support/verify-lab.ts';
import { findDataset, type Graph } from '../compile/graph.ts';
import { verifyGenerated } from './verify-generated.ts';

const lab = openLab();
afterAll(() => lab.close());
let graph: Graph;
beforeAll(async () => {
  graph = await compileShop(lab.session);
});

async function verify(name: string, plant?: Plant, { seed = 1, rounds = 1 } = {}) {
  const dataset = findDataset(graph, name);
  if (dataset === undefined) throw new Error(`no ${name}`);
  return await verifyGenerated(graph, dataset, { seed, rounds, rows: 40, tries: 60 }, lab.bench(plant), lab.next);
}

describe('engines that agree', () => {
  it('are said to, on rows that pass the rules and on rows that every rule refuses', async () => {
    const { evidence, findings } = await verify('silver.lines', undefined, { rounds: 2 });
    expect(findings).toEqual([]);
    expect(evidence.builds).toBe(2);
    expect(evidence.rulesSeen).toEqual(expect.arrayContaining(['code: pattern', 'code: required', 'line_no: range']));
    expect(evidence.rowsCompared).toBeGreaterThan(30);
    expect(evidence.refusedCompared).toBeGreaterThan(10);
  });

  it('may add up doubles in another order', async () => {
    const { evidence, findings } = await verify('gold.days', ['SUM(weight)', 'CAST(SUM(weight) + 1e-11 AS DOUBLE)']);
    expect(findings).toEqual([]);
    expect(evidence.rowsCompared).toBeGreaterThan(5);
  });

  it('must not go further apart than the tolerance', async () => {
    const { findings } = await verify('gold.days', ['SUM(weight)', 'CAST(SUM(weight) * 1.001 AS DOUBLE)']);
    expect(findings).toMatchObject([{ part: 'rows', columns: ['weight'] }]);
  });
});

describe('a planted difference is found and shrunk to a row:', () => {
  it.each<[string, Plant, string, number]>([
    ['integer division', ['trunc(CAST(quantity', 'floor(CAST(quantity'], 'half', 1],
    ['rounding half to even', ['round(price, 1)', 'round_even(price, 1)'], 'rounded', 1],
    ['the order of nulls', ['quantity DESC NULLS LAST', 'quantity DESC NULLS FIRST'], 'rank', 2],
    ['a time zone', ['CAST(sold_at AS DATE) AS sold_on FROM', 'CAST(sold_at - INTERVAL 1 HOUR AS DATE) AS sold_on FROM'], 'sold_on', 1],
    ['another language of patterns', ["'C?[0-9]{4}'", "'[0-9]{4}'"], 'is_code', 1],
  ])('%s', async (_name, plant, column, most) => {
    const { findings } = await verify('gold.figures', plant, { rounds: 4 });
    const finding = findings.find(({ columns }) => columns.includes(column));
    const rows = Object.values(finding?.given ?? {}).flat();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(most);
    expect(finding?.values.length).toBeGreaterThan(0);
  });

  it('also where only one engine fails', async () => {
    const { findings } = await verify('gold.figures', ['round(price, 1)', 'CAST(price AS DECIMAL(4,3))']);
    expect(findings).toMatchObject([{ part: 'failure', detail: expect.stringContaining('build/value-does-not-fit') }]);
    expect(Object.values(findings[0]?.given ?? {}).flat()).toHaveLength(1);
  });
});

it('the same seed makes the same rows, another one others', async () => {
  const plant: Plant = ['COUNT(*) AS lines', 'COUNT(sold_at) AS lines'];
  const [once, again] = [await verify('gold.days', plant), await verify('gold.days', plant)];
  expect(again).toEqual(once);
  const other = await verify('gold.days', plant, { seed: 2 });
  expect(other.findings[0]?.given).not.toEqual(once.findings[0]?.given);
});
