import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isAbsent } from '../fs/fs-errors.ts';

/** A file as it was when it was listed. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

const WILD = /[*?]/;

/**
 * Lists the files of a folder that a pattern names, sorted: `*` and `?` stand for characters of one name, `**` for any
 * folders. As for Spark and Athena, what begins with `.` or `_` is not data unless the pattern says so.
 */
export async function listFiles(folder: string, pattern: string): Promise<readonly SourceFile[]> {
  const parts = pattern.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  const fixed = parts.slice(0, parts.findIndex((part) => WILD.test(part)) >>> 0);
  const base = join(folder, ...fixed);
  const rest = parts.slice(fixed.length);
  if (rest.length === 0) return await describeFiles([base]);
  const matches = toMatcher(rest);
  const entries = await readdir(base, { recursive: rest.length > 1 || rest.includes('**'), withFileTypes: true }).catch(
    (error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    },
  );
  const names = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) =>
      matches(
        path
          .slice(base.length + 1)
          .split(sep)
          .join('/'),
      ),
    );
  return await describeFiles(names.sort());
}

async function describeFiles(paths: readonly string[]): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of paths) {
    const stats = await stat(path).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (stats?.isFile() === true) files.push({ path, bytes: stats.size, modifiedMs: stats.mtimeMs });
  }
  return files;
}

function toMatcher(parts: readonly string[]): (path: string) => boolean {
  const pieces = parts.map((part, i) => {
    const isLast = i === parts.length - 1;
    if (part === '**') return isLast ? '(?:[^._/][^/]*/)*[^._/][^/]*' : '(?:[^._/][^/]*/)*';
    return `${toPattern(part)}${isLast ? '' : '/'}`;
  });
  const expression = new RegExp(`^${pieces.join('')}$`, 's');
  return (path) => expression.test(path);
}

function toPattern(part: string): string {
  const escaped = part
    .replace(/[\\^$.+()[\]{}|]/g, String.raw`\$&`)
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return WILD.test(part[0] ?? '') ? `(?![._])${escaped}` : escaped;
}
