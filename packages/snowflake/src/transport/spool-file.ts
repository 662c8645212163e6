import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { SnowmeltError } from '@snowmelt/core/ports';

const BUFFER_BYTES = 1024 * 1024;

/** Writes chunks to a new file, replacing what an earlier try left, and gives their size. @throws lake/disk-full, lake/io */
export async function writeSpoolFile(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
  const file = createWriteStream(path, { highWaterMark: BUFFER_BYTES });
  try {
    await pipeline(chunks, file);
  } catch (error) {
    throw fileError(path, error) ?? error;
  }
  return file.bytesWritten;
}

// Errors of the network pass through: those of the file name a file operation.
function fileError(path: string, error: unknown): SnowmeltError | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new SnowmeltError('lake/disk-full', {
      message: `There is no room left for the temporary file \`${path}\`.`,
      hint: 'Free some space there, or choose another folder for temporary files.',
      cause: error,
    });
  }
  return new SnowmeltError('lake/io', { message: `The temporary file \`${path}\` could not be written (${error.code}).`, cause: error });
}
