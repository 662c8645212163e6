import { type DatasetName, relationOf } from '../layout/dataset-name.ts';

/** The name by which checks read another dataset, as it is published: a model may read it in part under its usual name. */
export function referenceRelation(name: DatasetName): string {
  return `_ref__${relationOf(name)}`;
}
