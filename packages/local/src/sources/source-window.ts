import { type Clock, type ExtractWindow, renderColumnType, SnowmeltError, type SourceColumn } from '@snowmelt/core/ports';
import { literal } from '../duckdb/duckdb-sql.ts';

/** The part of an {@link ExtractWindow} that reads by watermark. */
export type WatermarkWindow = Extract<ExtractWindow, { readonly kind: 'window' }>;

/** A window with both ends fixed; `[low, high)` in UTC. */
export interface FixedWindow {
  readonly low?: string;
  readonly high: string;
}

/** Finds the window's watermark among the declared columns. @throws source/unsupported-watermark */
export function watermarkColumn(window: WatermarkWindow, columns: readonly SourceColumn[], dataset: string): SourceColumn {
  const found = columns.find(({ name }) => name === window.watermark);
  if (found?.type.kind === 'timestamp' || found?.type.kind === 'date') return found;
  const type = found === undefined ? 'not a declared column' : `declared as ${renderColumnType(found.type, 'snowflake')}`;
  throw new SnowmeltError('source/unsupported-watermark', {
    message: `The watermark \`${window.watermark}\` is ${type}; a window needs a DATE or a TIMESTAMP.`,
    hint: 'Choose a column that says when a row was last changed, or read it all with mode `full`.',
    at: { dataset, field: window.watermark },
  });
}

/**
 * Fixes both ends: the upper one by this machine's clock, because files and databases have none. It never falls behind the
 * lower one, so a clock that was set back repeats no rows.
 */
export function fixWindow(window: WatermarkWindow, watermark: SourceColumn, clock: Clock): FixedWindow {
  const now = clock.now().getTime() - Math.ceil(window.lagSeconds) * 1000;
  const end = new Date(Math.min(now, Date.parse(window.until)));
  // A day that has not ended belongs to a later window as a whole.
  if (watermark.type.kind === 'date') end.setUTCHours(0, 0, 0, 0);
  const high = instantText(end.toISOString());
  if (window.low === undefined) return { high };
  const low = instantText(window.low);
  const isBehind = high < low;
  return { low, high: isBehind ? low : high };
}

/** Tells whether a window can hold no row. */
export function isEmptyWindow({ low, high }: FixedWindow): boolean {
  return low === high;
}

/** The condition that holds for the rows of the window. */
export function windowCondition(watermark: { readonly sql: string; readonly type: string }, { low, high }: FixedWindow): string {
  const below = `${watermark.sql} < ${bound(watermark.type, high)}`;
  return low === undefined ? below : `${watermark.sql} >= ${bound(watermark.type, low)} AND ${below}`;
}

function bound(type: string, text: string): string {
  if (type === 'DATE') return `DATE ${literal(text.slice(0, 10))}`;
  // Both ends come from clocks that count milliseconds.
  const microseconds = text.slice(0, 26);
  return type === 'TIMESTAMP WITH TIME ZONE' ? `TIMESTAMPTZ ${literal(`${microseconds}+00`)}` : `TIMESTAMP ${literal(microseconds)}`;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?Z?$/;

// In the form in which every source keeps them; such texts sort by time.
function instantText(text: string): string {
  const match = INSTANT.exec(text);
  if (match === null) throw new SnowmeltError('internal/unexpected', { message: `\`${text}\` is not an instant in UTC.` });
  const [, day = '', time = '00:00:00', fraction = ''] = match;
  return `${day} ${time}.${fraction.padEnd(9, '0')}`;
}
