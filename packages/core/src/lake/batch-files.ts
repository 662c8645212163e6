import type { DataFile } from '../ports/data-file.ts';
import type { Batch } from './commit.ts';

/** The files of batches, each once: a compacted file holds rows of several. */
export function filesOf(batches: readonly Batch[]): readonly DataFile[] {
  return [...new Map(batches.flatMap(({ files }) => files.map((file) => [file.key, file] as const))).values()];
}

/** What a reader of certain batches must leave out: present where their files hold rows of others, too, or may. */
export function onlyBatches(batches: readonly Batch[]): { readonly batches?: readonly string[] } {
  const isShared = batches.some(({ files }) => files.some((file) => file.batches !== undefined));
  return isShared ? { batches: batches.map(({ id }) => id) } : {};
}
