import type { Commit, TableState } from './commit.ts';

/** What a commit by which nothing is extracted or built says for itself. */
export type UpkeepChange = Pick<Commit, 'version' | 'run' | 'committedAt' | 'partitions' | 'replaceAll'> & Required<Pick<Commit, 'upkeep'>>;

/** Such a commit, which says everything else of the table that `state` says: its columns, its definition, its contract. */
export function upkeepCommit(state: TableState, change: UpkeepChange): Commit {
  const { committedAt: _committedAt, partitions: _partitions, version: _version, fingerprint = '', watermark, ...head } = state;
  return { format: 1, ...head, fingerprint, ...(watermark === undefined ? {} : { watermark }), ...change };
}
