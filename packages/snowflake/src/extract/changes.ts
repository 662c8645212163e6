import {
  type ChangesWindow,
  type ExtractAnnouncement,
  type ExtractReport,
  isSnowmeltError,
  quoteLiteral,
  type SqlText,
  sqlText,
} from '@snowmelt/core/ports';
import type { SmallResult } from '../client/sql-api-client.ts';
import { instantText } from './instant.ts';
import type { SettledContract } from './settle-contract.ts';
import { type FixedWindow, fixWindow, isEmptyWindow } from './window.ts';

/** What following a table's changes works with. */
export interface ChangesTools {
  /** The table, as SQL names it. */
  readonly table: string;
  /** The window as an attempt that was killed fixed it. */
  readonly earlier: FixedWindow | undefined;
  query(sql: SqlText): Promise<SmallResult>;
  /** Asks what columns a FROM item has. @throws source/history-unavailable for a time that it cannot be seen at */
  describe(from: string): Promise<SettledContract & { readonly handle: string }>;
  read(rows: ChangedRows): Promise<ExtractReport>;
  nothing(window: FixedWindow, statements: readonly string[]): ExtractReport;
}

/** Rows to read. */
export interface ChangedRows extends SettledContract {
  readonly from: string;
  /** SQL that says of a row whether it is no more. */
  readonly deleted: string;
  readonly window: FixedWindow;
  readonly statements: readonly string[];
  /** The instant at which `from` shows the table. */
  readonly at?: string;
}

interface Ends {
  /** The end of the window. */
  readonly high: string;
  /** The source's clock. */
  readonly now: string;
  readonly statements: readonly string[];
}

/**
 * Reads what was committed after `low` and up to an instant that is fixed before; without `low`, the table as it was at that
 * instant. If Snowflake cannot tell what changed, that is announced and the table read as it is now, or an error.
 *
 * @throws source/*
 */
export async function extractChanges(tools: ChangesTools, window: ChangesWindow): Promise<ExtractReport> {
  const ends = await fixEnds(tools, window);
  const { low, high } = fixWindow(window, { high: ends.high, nulls: 0 });
  if (low === undefined) return readSnapshot(tools, window, ends);
  if (isEmptyWindow({ low, high })) return tools.nothing({ low, high }, ends.statements);
  const from = changesBetween(tools.table, low, high);
  const described = await tools.describe(from).catch(onlyGaps);
  if ('why' in described) {
    if (window.onGap === 'fail') throw described.error;
    return readSnapshot(tools, window, ends, { kind: 'restarted', why: described.why });
  }
  const statements = [...ends.statements, described.handle];
  const { columns, contract } = described;
  return tools.read({ from, deleted: "METADATA$ACTION = 'DELETE'", columns, contract, window: { low, high }, statements });
}

// The instant is one from which changes can be followed: at best the end of the window, else the present.
async function readSnapshot(
  tools: ChangesTools,
  window: ChangesWindow,
  { high, now, statements }: Ends,
  announcement?: ExtractAnnouncement,
): Promise<ExtractReport> {
  const announced = (said: ExtractAnnouncement | undefined) => (said === undefined ? {} : { announcement: said });
  let why = '';
  for (const end of window.isExact === true ? [high] : new Set([high, now])) {
    const described = await tools.describe(changesSince(tools.table, end)).catch(onlyGaps);
    if ('why' in described) {
      if (window.onGap === 'fail' && (window.isExact === true || end === now)) throw described.error;
      why = described.why;
      continue;
    }
    const { columns, contract, handle } = described;
    const from = `${tools.table} AT(TIMESTAMP => ${instant(end)})`;
    const report = await tools.read({
      from,
      deleted: 'FALSE',
      columns,
      contract,
      window: { high: end },
      statements: [...statements, handle],
      at: end,
    });
    return { ...report, ...announced(announcement) };
  }
  const { columns, contract, handle } = await tools.describe(tools.table);
  const rows = { from: tools.table, deleted: 'FALSE', columns, contract, window: { high: now }, statements: [...statements, handle] };
  return { ...(await tools.read(rows)), ...announced(announcement ?? { kind: 'untracked', why }) };
}

async function fixEnds({ earlier, query }: ChangesTools, window: ChangesWindow): Promise<Ends> {
  const until = instantText(window.until);
  if (window.isExact === true) return { high: until, now: until, statements: [] };
  // A snapshot that an attempt had begun is begun again: whether changes can be followed must be asked again as well.
  if (earlier?.low !== undefined) return { high: earlier.high, now: earlier.high, statements: [] };
  const now = window.lagSeconds === 0 ? 'SYSDATE()' : `DATEADD(second, ${-Math.ceil(window.lagSeconds)}, SYSDATE())`;
  const text = (sql: string) => `TO_CHAR(${sql}, 'YYYY-MM-DD HH24:MI:SS.FF9')`;
  const result = await query(
    sqlText(`SELECT ${text(`LEAST(${now}, ${quoteLiteral(until, 'snowflake')}::TIMESTAMP_NTZ)`)} AS "HIGH", ${text(now)} AS "NOW"`),
  );
  const [high, present] = result.data[0] ?? [];
  return { high: instantText(high ?? ''), now: instantText(present ?? ''), statements: [result.handle] };
}

function onlyGaps(error: unknown): { readonly why: string; readonly error: unknown } {
  if (isSnowmeltError(error) && error.code === 'source/history-unavailable') return { why: error.message, error };
  throw error;
}

/** What stands behind FROM to see what was committed after `low`, up to `high`. */
export function changesBetween(table: string, low: string, high: string): string {
  return `${changesSince(table, low)} END(TIMESTAMP => ${instant(high)})`;
}

function changesSince(table: string, low: string): string {
  return `${table} CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => ${instant(low)})`;
}

function instant(text: string): string {
  return `${quoteLiteral(`${text}+00:00`, 'snowflake')}::TIMESTAMP_TZ`;
}
