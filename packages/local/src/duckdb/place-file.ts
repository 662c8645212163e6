import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DataFile, ObjectKey } from '@snowmelt/core/ports';
import { makeFolder } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import type { OutputWriter } from './output-writer.ts';
import { sealFile } from './parquet-file.ts';

/** A finished Parquet file that is not in its place yet. */
export interface UnplacedFile extends Pick<DataFile, 'rows' | 'columns'> {
  readonly path: string;
}

/** Seals a file and moves it to its place. The folders that are added to `changed` have to be synced before it is durable. */
export async function placeFile(
  { store, onKey }: Pick<OutputWriter, 'store' | 'onKey'>,
  { path, rows, columns }: UnplacedFile,
  key: ObjectKey,
  changed: Set<string>,
): Promise<DataFile> {
  const place = store.locate(key);
  const folder = dirname(place);
  return await withLakeErrors(folder, 'finish a file', async () => {
    const sealed = await sealFile(path);
    for (const made of await makeFolder(folder)) changed.add(made);
    onKey(key);
    await rename(path, place);
    changed.add(folder);
    return { key, rows, ...sealed, columns };
  });
}
