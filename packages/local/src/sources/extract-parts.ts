import {
  ATTEMPT,
  type CallContext,
  type Clock,
  type DataFile,
  DELETED_COLUMN,
  type ExtractReport,
  type ExtractRequest,
  type ObjectStore,
  objectKey,
  SnowmeltError,
} from '@snowmelt/core/ports';
import { identifier } from '../duckdb/duckdb-sql.ts';
import { removeFile, writeParquetFile } from '../duckdb/parquet-file.ts';
import type { Statements } from '../duckdb/statements.ts';
import { syncFolders } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import { settleParts } from './settle-parts.ts';
import type { ContractPlace } from './source-contract.ts';
import { explainFailure } from './source-failure.ts';
import type { SourcePart } from './source-part.ts';
import { type FixedWindow, fixWindow, isEmptyWindow, type WatermarkWindow, watermarkColumn, windowCondition } from './source-window.ts';
import { comparable, type MatchedPart, nullsQuery, typedQuery } from './typed-query.ts';

/** What an extraction works with. */
export interface ExtractTools {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly statements: Statements;
}

/** One extraction: what is asked for and how it is called in messages. */
export interface Extraction extends ExtractTools {
  readonly request: ExtractRequest;
  readonly context: CallContext;
  readonly place: ContractPlace;
}

/** Compares described parts with the contract, fixes the window and lets DuckDB write its rows as one Parquet file. @throws source/*, lake/* */
export async function extractParts(extraction: Extraction, described: readonly SourcePart[]): Promise<Omit<ExtractReport, 'bytesFetched'>> {
  const { parts, contract } = settleParts(extraction.request, described, extraction.place);
  return { ...(await readParts(extraction, parts)), contract };
}

async function readParts(extraction: Extraction, parts: readonly MatchedPart[]): Promise<Omit<ExtractReport, 'bytesFetched'>> {
  const { request } = extraction;
  if (request.window.kind === 'full') return { ...(await writeRows(extraction, parts, () => '')), window: {}, statements: [] };
  if (request.window.kind === 'changes') throw noChanges(request);
  const window = await fixBounds(extraction, request.window, parts);
  const { watermark } = request.window;
  const where = (part: MatchedPart): string => ` WHERE ${windowCondition(comparable(part, watermark), window)}`;
  const rows = isEmptyWindow(window) ? { files: [], rows: 0 } : await writeRows(extraction, parts, where);
  const keys = request.changelog?.listKeys === true ? { keys: await writeKeys(extraction, parts) } : {};
  return { ...rows, window, statements: [], ...keys };
}

function noChanges({ dataset }: ExtractRequest): SnowmeltError {
  return new SnowmeltError('internal/unexpected', { message: 'Files and databases do not say what changed in them.', at: { dataset } });
}

// One transaction, or files that do not change: the keys are those of the moment at which the rows were read.
async function writeKeys(extraction: Extraction, parts: readonly MatchedPart[]): Promise<readonly DataFile[]> {
  const { changelog, prefix, ...request } = extraction.request;
  const isKey = ({ declared }: MatchedPart['matched'][number]) => changelog?.key.includes(declared.name) === true;
  const keys = parts.map((part) => ({ ...part, matched: part.matched.filter(isKey) }));
  const { files } = await writeRows({ ...extraction, request: { ...request, prefix: `${prefix}/keys` } }, keys, () => '');
  return files;
}

async function fixBounds(
  { request, clock, statements, place }: Extraction,
  window: WatermarkWindow,
  parts: readonly MatchedPart[],
): Promise<FixedWindow> {
  const watermark = watermarkColumn(window, request.columns, request.dataset);
  const fixed = fixWindow(window, watermark, clock);
  if (window.nulls === 'exclude') return fixed;
  let nulls = 0;
  for (const part of parts) {
    const [row] = await statements.rows(nullsQuery(part, window.watermark), `looking for rows without \`${window.watermark}\``);
    nulls += Number(row?.[0] ?? 0);
  }
  if (nulls === 0) return fixed;
  throw new SnowmeltError('source/null-watermark', {
    message: `${nulls} rows of ${place.relation} have no value in the watermark \`${window.watermark}\`; no window would ever bring them.`,
    hint: "Fill the column in the source, choose another watermark, or accept the loss with `nullWatermark: 'exclude'`.",
    at: { dataset: place.dataset, field: window.watermark },
  });
}

async function writeRows(
  extraction: Extraction,
  parts: readonly MatchedPart[],
  where: (part: MatchedPart) => string,
): Promise<Pick<ExtractReport, 'files' | 'rows'>> {
  const { request, context, store, statements, place } = extraction;
  const key = objectKey(`${request.prefix.replaceAll(ATTEMPT, context.attempt)}/part-00000.parquet`);
  const path = store.locate(key);
  const doing = `reading ${place.relation}`;
  try {
    const typed = typedQuery(parts, where);
    const query = request.changelog === undefined ? typed : `SELECT *, false AS ${identifier(DELETED_COLUMN.name)} FROM (${typed})`;
    const { file, changedFolders } = await writeParquetFile(statements, store, { key, query, doing });
    await withLakeErrors(path, 'sync folders', () => syncFolders(changedFolders));
    return file === undefined ? { files: [], rows: 0 } : { files: [file], rows: file.rows };
  } catch (error) {
    await removeFile(path).catch(() => undefined);
    throw await explainFailure(error, extraction, parts, where);
  }
}
