import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { SnowmeltError } from '@snowmelt/core/ports';

type Cell = string | null;

/**
 * Writes a spool file again that DuckDB refuses to read though JavaScript can: half a surrogate pair, which no UTF-8 text can
 * hold, becomes the replacement character. Returns the path of the new file. @throws source/protocol if it is no JSON at all
 */
export async function repairSpoolFile(path: string): Promise<string> {
  const bytes = await readFile(path);
  const rows = parseRows(path.endsWith('.gz') ? unpack(bytes) : bytes);
  const repaired = `${path}.repaired.json`;
  await writeFile(repaired, JSON.stringify(rows.map((row) => row.map(toWellFormed))));
  return repaired;
}

function unpack(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw broken(cause);
  }
}

function parseRows(bytes: Buffer): readonly (readonly Cell[])[] {
  let rows: unknown;
  try {
    rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Without its cause: the parser's message quotes the text.
    throw broken(undefined);
  }
  if (Array.isArray(rows) && rows.every((row) => Array.isArray(row) && row.every(isCell))) return rows;
  throw broken(undefined);
}

function isCell(cell: unknown): cell is Cell {
  return cell === null || typeof cell === 'string';
}

function toWellFormed(cell: Cell): Cell {
  return cell === null ? null : cell.replace(/\p{Surrogate}/gu, '\ufffd');
}

function broken(cause: unknown): SnowmeltError {
  return new SnowmeltError('source/protocol', {
    message: 'A part of the result is not a complete JSON array of rows of texts.',
    hint: 'It was probably cut off on its way; run again.',
    cause,
  });
}
