import type { Pipeline, SilverDefinition } from './pipeline-schema.ts';
import type { Report } from './report.ts';

/** Finds renames that cannot have happened: a column that is still there, two columns from one, or told in the wrong place. */
export function findEvolutionContradictions(pipeline: Pipeline, report: Report): void {
  for (const [table, silver] of Object.entries(pipeline.silver)) checkSilver(['silver', table], silver, report);
  for (const [table, gold] of Object.entries(pipeline.gold)) {
    const path = ['gold', table];
    checkRenames([...path, 'renamed'], Object.entries(gold.renamed ?? {}), [], report);
    const twice = gold.contract?.protected.filter((column, index, all) => all.indexOf(column) !== index) ?? [];
    for (const column of twice) report([...path, 'contract'], `\`${column}\` is protected twice.`, 'Name it once.');
  }
}

function checkSilver(path: readonly string[], { columns, renamed }: SilverDefinition, report: Report): void {
  if (columns !== undefined && renamed !== undefined) {
    report([...path, 'renamed'], '`renamed` is for models without `columns`.', 'Write `renamedFrom` at the column itself.');
  }
  const declared = Object.entries(columns ?? {}).flatMap(([name, column]) =>
    column.renamedFrom === undefined ? [] : [[name, column.renamedFrom] as const],
  );
  checkRenames(path, [...declared, ...Object.entries(renamed ?? {})], Object.keys(columns ?? {}), report);
}

function checkRenames(
  path: readonly string[],
  renames: readonly (readonly [string, string])[],
  columns: readonly string[],
  report: Report,
): void {
  for (const [index, [name, from]] of renames.entries()) {
    if (name === from || columns.includes(from)) {
      report(path, `\`${name}\` cannot have been \`${from}\`, which is still a column.`, 'Remove the rename, or the column.');
    }
    if (renames.slice(0, index).some(([, other]) => other === from)) {
      report(path, `Two columns say that they were \`${from}\`.`, 'Keep one; the other is a new column.');
    }
  }
}
