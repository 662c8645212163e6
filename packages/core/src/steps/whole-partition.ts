import { bucketOf } from '../layout/bucket-file.ts';
import type { DataFile, WrittenPartition } from '../ports/data-file.ts';
import type { CommitPlan } from './step.ts';

/** A partition as the commit will have it: of a table in buckets, those that were not written anew stay as they are. */
export function wholePartition({ buckets }: CommitPlan, written: WrittenPartition): WrittenPartition {
  if (buckets === undefined) return written;
  const isLeft = ({ key }: DataFile) => written.buckets?.includes(bucketOf(key) ?? -1) !== true;
  const files = [...buckets.files.filter(isLeft), ...written.files];
  return { ...written, files, rows: files.reduce((sum, { rows }) => sum + rows, 0) };
}
