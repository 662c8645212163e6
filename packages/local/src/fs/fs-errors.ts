import { isSnowmeltError, SnowmeltError } from '@snowmelt/core/ports';

/** The errno name of a failed file operation, e.g. `ENOENT`; undefined for other errors. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Tells whether a file operation failed because there is nothing at that path. */
export function isAbsent(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

/** `lake/disk-full` for `folder`, with what to do about it. */
export function diskFull(folder: string, cause: unknown): SnowmeltError {
  return new SnowmeltError('lake/disk-full', {
    message: `No room is left on the disk that holds \`${folder}\`.`,
    hint: 'Free some space there or move the folder to a larger disk, then run the same command again: nothing was published by halves.',
    cause,
  });
}

/** Turns what a file operation under `folder` threw into `lake/disk-full` or `lake/io`; coded errors pass as they are. */
function toLakeError(error: unknown, folder: string, action: string): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const code = errnoOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder, error);
  return new SnowmeltError('lake/io', {
    message: `Could not ${action} in \`${folder}\`${code === undefined ? '' : ` (${code})`}.`,
    ...(code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? { hint: 'Check the permissions of that folder.' } : {}),
    cause: error,
  });
}

/** Runs a file operation and throws its failure coded. @throws lake/disk-full, lake/io */
export async function withLakeErrors<T>(folder: string, action: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw toLakeError(error, folder, action);
  }
}
