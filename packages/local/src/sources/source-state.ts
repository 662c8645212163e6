import { createHash } from 'node:crypto';
import type { SourceFile } from './list-files.ts';

/** A text that is the same as long as nobody changed the files: their names, sizes and times. */
export function stateOf(files: readonly SourceFile[]): string {
  const lines = files.map(({ path, bytes, modifiedMs }) => `${path}\0${bytes}\0${modifiedMs}`);
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 32);
}
