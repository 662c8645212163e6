import { type ObjectKey, objectKey } from './object-key.ts';

/** The file of one bucket; each is in a folder of its own, so that what still counts can be told by folders. */
export function bucketFile(folder: string, bucket: number): ObjectKey {
  return objectKey(`${folder}/bucket-${bucket}/part-0.parquet`);
}

/** The bucket that a file holds; undefined if it is no file of a bucket. */
export function bucketOf(key: ObjectKey): number | undefined {
  const [, digits] = /\/bucket-(\d+)\/[^/]+$/.exec(key) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
