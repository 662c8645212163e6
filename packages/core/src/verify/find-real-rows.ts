import type { GraphDataset } from '../compile/graph.ts';
import type { FixtureRow } from '../ports/fixture-tables.ts';
import type { InputRelation } from '../ports/sql-engine.ts';
import type { BuildStep } from '../steps/step.ts';
import type { VerifyBench } from './build-both.ts';
import type { BuildDifference } from './compare-builds.ts';
import type { Given } from './generate-given.ts';

const MOST_ROWS = 500;

/** Rows of a step's inputs that may have made the rows that differ: they have the same value in a column of the key. */
export async function findRealRows(
  dataset: GraphDataset,
  inputs: readonly GraphDataset[],
  step: BuildStep,
  found: BuildDifference,
  { comparer, signal }: VerifyBench,
): Promise<Given> {
  const given: Record<string, readonly FixtureRow[]> = {};
  const examples = found.rows.flat();
  for (const { name, columns } of inputs) {
    const files = step.request.stages.flatMap((stage) =>
      stage.kind === 'input' && stage.input.dataset === name ? filesOf(stage.input) : [],
    );
    if (files.length === 0) continue;
    const shared = sharedColumns(
      dataset,
      columns.map((column) => column.name),
      examples,
    );
    const having = Object.fromEntries(shared.map((column) => [column, [...new Set(examples.flatMap((row) => row[column] ?? []))]]));
    given[name] = await comparer.find({ files: [...new Set(files)], columns, having, limit: MOST_ROWS }, signal);
  }
  return given;
}

function filesOf({ files }: InputRelation): InputRelation['files'] {
  return files;
}

function sharedColumns(dataset: GraphDataset, names: readonly string[], examples: readonly FixtureRow[]): readonly string[] {
  const key = dataset.layer === 'bronze' ? [] : (dataset.key ?? []);
  const shared = names.filter((name) => examples.some((row) => row[name] != null));
  const ofKey = shared.filter((name) => key.includes(name)).slice(0, 1);
  return ofKey.length > 0 ? ofKey : shared.slice(0, 1);
}
