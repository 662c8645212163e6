import type { Graph } from '@snowmelt/core/pipeline';
import { sqlText } from '@snowmelt/core/ports';
import { expect, it } from 'vitest';
import { demandRebuild } from './demand-rebuild.ts';

const LIMIT = { timeout: 15 * 60_000 };

it('after any history of an extract in mode window the lake is what a rebuild gives', LIMIT, () => demandRebuild('window', 170));

// As if the proof that a model can be made key by key were wrong.
function countAllTeams(graph: Graph): Graph {
  const datasets = graph.datasets.map((dataset) => {
    if (dataset.layer !== 'gold' || dataset.name !== 'gold.teams') return dataset;
    const duckdb = sqlText(dataset.sql.duckdb.replace('CAST("n" AS BIGINT)', 'CAST(count(*) OVER () AS BIGINT)'));
    return { ...dataset, sql: { ...dataset.sql, duckdb } };
  });
  return { ...graph, datasets };
}

it('a row that depends on other keys would be found out', LIMIT, async () => {
  await expect(demandRebuild('window', 100, countAllTeams)).rejects.toThrow('Property failed');
});
