import type { BuildRequest } from '../ports/sql-engine.ts';
import type { Column } from '../sql/column-type.ts';

/** A column of type TIME that a build reads or writes, if there is one: Spark 3.5 has no type for a time of day. */
export function timeColumnOf({ stages, outputs }: Pick<BuildRequest, 'stages' | 'outputs'>): Column | undefined {
  const read = stages.flatMap((stage) => (stage.kind === 'input' || stage.kind === 'lazy' ? stage.input.columns : []));
  return [...read, ...outputs.flatMap(({ columns }) => columns)].find(({ type }) => type.kind === 'time');
}
