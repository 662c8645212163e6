import { fingerprintOf } from '../compile/fingerprint.ts';
import type { GraphDataset } from '../compile/graph.ts';

/**
 * A digest of everything that engines are given of a dataset, in both renderings: another model, rule or check, and another
 * translation of the same one, have another. Words and places do not count.
 */
export async function proofOf(dataset: GraphDataset): Promise<string> {
  const { description: _description, columnPlaces: _places, file: _file, ...meant } = dataset;
  return await fingerprintOf(meant);
}
