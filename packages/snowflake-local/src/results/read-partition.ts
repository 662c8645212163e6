import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { SnowflakeError } from '../errors/snowflake-error.ts';
import type { StoredResult } from './render-query.ts';

const decompress = promisify(gunzip);

/** Reads a stored partition, with what surrounds its rows. */
export async function readPartition({ partitions }: StoredResult, number: number): Promise<Buffer> {
  const content = partitions[number]?.content;
  if (content === undefined) return Buffer.alloc(0);
  return content.kind === 'memory' ? content.body : decompress(await readFile(content.path));
}

/** Checks that a result is still there. @throws SnowflakeError if it had to give way to others. */
export function demandResult({ place }: StoredResult): void {
  if (!place.isGone()) return;
  throw new SnowflakeError('000710', '02000', 'The result of the statement is no longer kept.', { status: 404 });
}
