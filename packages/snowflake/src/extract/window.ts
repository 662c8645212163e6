import {
  type ExtractWindow,
  quoteIdentifier,
  quoteLiteral,
  renderColumnType,
  SnowmeltError,
  type SourceColumn,
  type SqlText,
  sqlText,
} from '@snowmelt/core/ports';
import type { ResultColumn } from '../client/result-metadata.ts';
import type { SmallResult } from '../client/sql-api-client.ts';
import type { ContractPlace } from './contract.ts';
import { instantText } from './instant.ts';

/** The part of an {@link ExtractWindow} that reads by watermark. */
export type WatermarkWindow = Extract<ExtractWindow, { readonly kind: 'window' }>;

/** A window with both ends fixed; `[low, high)` in UTC, exact to the nanosecond. */
export interface FixedWindow {
  readonly low?: string;
  readonly high: string;
}

/** What the source says before a window is read. */
export interface WindowBounds {
  readonly high: string;
  /** Rows that no window can hold. */
  readonly nulls: number;
}

/** Finds the window's watermark among the declared columns. @throws source/unsupported-watermark */
export function watermarkColumn(window: WatermarkWindow, columns: readonly SourceColumn[], dataset: string): SourceColumn {
  const found = columns.find(({ name }) => name === window.watermark);
  if (found?.type.kind === 'timestamp' || found?.type.kind === 'date') return found;
  const type = found === undefined ? 'not a declared column' : `declared as ${renderColumnType(found.type, 'snowflake')}`;
  throw new SnowmeltError('source/unsupported-watermark', {
    message: `The watermark \`${window.watermark}\` is ${type}; a window needs a DATE or a TIMESTAMP.`,
    hint: 'Choose a column that says when a row was last changed, or read the table with mode `full`.',
    at: { dataset, field: window.watermark },
  });
}

/** The statement that fixes the upper end by the source's own clock and, where NULLs are an error, counts them in the same scan. */
export function boundsStatement(window: WatermarkWindow, watermark: SourceColumn, from: string): SqlText {
  const now = window.lagSeconds === 0 ? 'SYSDATE()' : `DATEADD(second, ${-Math.ceil(window.lagSeconds)}, SYSDATE())`;
  const end = `LEAST(${now}, ${timestamp(instantText(window.until))})`;
  // A day that has not ended belongs to a later window as a whole.
  const high = `TO_CHAR(${watermark.type.kind === 'date' ? `DATE_TRUNC('day', ${end})` : end}, 'YYYY-MM-DD HH24:MI:SS.FF9') AS "HIGH"`;
  if (window.nulls === 'exclude') return sqlText(`SELECT ${high}, 0 AS "NULLS"`);
  return sqlText(`SELECT ${high}, COUNT_IF(${quoteIdentifier(watermark.source, 'snowflake')} IS NULL) AS "NULLS" FROM ${from}`);
}

/** Reads the answer to {@link boundsStatement}; undefined if it is not one. */
export function parseBounds(result: SmallResult): WindowBounds | undefined {
  const [high, nulls] = result.data[0] ?? [];
  if (typeof high !== 'string' || typeof nulls !== 'string' || !/^\d+$/.test(nulls)) return undefined;
  return { high: instantText(high), nulls: Number(nulls) };
}

/** Demands that no row would be lost for want of a watermark. @throws source/null-watermark */
export function refuseNulls(window: WatermarkWindow, bounds: WindowBounds, place: ContractPlace): void {
  if (bounds.nulls === 0) return;
  throw new SnowmeltError('source/null-watermark', {
    message: `${bounds.nulls} rows of ${place.relation} have no value in the watermark \`${window.watermark}\`; no window would ever bring them.`,
    hint: "Fill the column in the source, choose another watermark, or accept the loss with `nullWatermark: 'exclude'`.",
    at: { dataset: place.dataset, field: window.watermark },
  });
}

/** Puts both ends together. The upper end never falls behind the lower one, so a source's clock that was set back repeats no rows. */
export function fixWindow(window: Pick<WatermarkWindow, 'low'>, { high }: WindowBounds): FixedWindow {
  if (window.low === undefined) return { high };
  const low = instantText(window.low);
  return { low, high: high < low ? low : high };
}

/** Tells whether a window can hold no row. */
export function isEmptyWindow({ low, high }: FixedWindow): boolean {
  return low === high;
}

/** The condition that holds for the rows of the window. The column stands alone in it, so that Snowflake can skip what lies outside. */
export function windowCondition(watermark: ResultColumn, { low, high }: FixedWindow): string {
  const column = quoteIdentifier(watermark.name, 'snowflake');
  const below = `${column} < ${boundFor(watermark, high)}`;
  return low === undefined ? below : `${column} >= ${boundFor(watermark, low)} AND ${below}`;
}

function boundFor({ type }: ResultColumn, text: string): string {
  if (type === 'date') return `${timestamp(text)}::DATE`;
  if (type === 'timestamp_ntz') return timestamp(text);
  return `${quoteLiteral(`${text}+00:00`, 'snowflake')}::${type.toUpperCase()}`;
}

function timestamp(text: string): string {
  return `${quoteLiteral(text, 'snowflake')}::TIMESTAMP_NTZ`;
}
