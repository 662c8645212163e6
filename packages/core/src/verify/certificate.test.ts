import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileShop, openLab } from '../../test-support/verify-lab.ts';
import type { Graph } from '../compile/graph.ts';
import { checkCertificate, makeCertificate } from './certificate.ts';
import { proofOf } from './proof.ts';
import type { DatasetVerdict } from './verify-dataset.ts';

const lab = openLab();
afterAll(() => lab.close());
let graph: Graph;
beforeAll(async () => {
  graph = await compileShop(lab.session);
});

const versions = { snowmelt: '0.1.0', duckdb: 'v1', spark: '3.5.6' };
const settings = { isGenerated: true, isReal: false, seed: 1, rounds: 1, rows: 10, tries: 1, snapshots: 1 };

async function certify(change: Partial<DatasetVerdict> = {}, skip = '') {
  const datasets = graph.datasets.filter(({ layer, name }) => layer !== 'bronze' && name !== skip);
  const verdicts = datasets.map(async (dataset): Promise<DatasetVerdict> => {
    const same = {
      dataset: dataset.name,
      status: 'agrees',
      proof: await proofOf(dataset),
      findings: [],
      rules: [],
      checks: [],
      doubles: [],
    };
    return { ...same, status: 'agrees', ...(dataset.name === 'gold.figures' ? change : {}) };
  });
  return makeCertificate(graph, await Promise.all(verdicts), settings, { ...versions, java: '17.0.15' }, new Date('2026-01-02T03:04:05Z'));
}

it('vouches for what was verified and has not changed', async () => {
  const certificate = await certify();
  expect(certificate).toMatchObject({ result: 'agree', createdAt: '2026-01-02T03:04:05.000Z', tolerance: { doubles: 1e-9 } });
  expect(await checkCertificate(JSON.parse(JSON.stringify(certificate)), graph, versions)).toEqual([]);
});

it('does not when a dataset differed, was left out or could not be proven', async () => {
  const problems = async (...args: Parameters<typeof certify>) => await checkCertificate(await certify(...args), graph, versions);
  expect(await problems({ status: 'differs' })).toEqual(['gold.figures: the engines made different rows.']);
  expect(await problems({ status: 'unproven' })).toEqual(['gold.figures: no row came of it, so nothing was compared.']);
  expect(await problems({}, 'gold.figures')).toEqual(['gold.figures: it was not verified.']);
  expect(await problems({ status: 'one-engine' })).toEqual([]);
  expect([(await certify({ status: 'differs' })).result, (await certify({ status: 'unproven' })).result]).toEqual(['differ', 'unproven']);
});

it('does not for another version, another pipeline or another rendering of a model', async () => {
  const certificate = await certify();
  expect(await checkCertificate(certificate, graph, { ...versions, duckdb: 'v2' })).toEqual(['It was made with duckdb v1; this is v2.']);
  expect(await checkCertificate(certificate, { ...graph, pipeline: 'bakery' }, versions)).toEqual([
    'It is for the pipeline shop, not bakery.',
  ]);
  const changed = JSON.parse(JSON.stringify(graph).replaceAll('floor(CAST(quantity', 'ceil(CAST(quantity')) as Graph;
  expect(await checkCertificate(certificate, changed, versions)).toEqual([
    'gold.figures: its model, rules, checks or their translation changed since.',
  ]);
});

it('does not mind where things are written', async () => {
  const moved = { ...graph, datasets: graph.datasets.map((dataset) => ({ ...dataset, description: 'other words', columnPlaces: {} })) };
  expect(await checkCertificate(await certify(), moved, versions)).toEqual([]);
});
