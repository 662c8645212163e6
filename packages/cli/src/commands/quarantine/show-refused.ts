import { formatCount } from '@snowmelt/core/ports';
import type { Invocation } from '../../arguments/command.ts';
import { readNumber, readText } from '../../arguments/read-options.ts';
import type { Project } from '../../compose/open-project.ts';
import { textTable } from '../../render/text-table.ts';
import { hasReason, type RefusedTable, readRange, readRefused, readRows } from './refused-tables.ts';

/** Shows refused rows as they came, with what is wrong with them and what brought them. */
export async function showRefused(project: Project, invocation: Invocation): Promise<number> {
  const { terminal, values, positionals } = invocation;
  const limit = readNumber(invocation, 'limit', 20, 0);
  const table = await readRefused(project, positionals[1] ?? '', readRange(invocation));
  const sql = `${selectRefusedRows(table, readText(invocation, 'reason'))}${limit === 0 ? '' : ` LIMIT ${limit + 1}`}`;
  const { names, rows } = table.partitions.length === 0 ? { names: [], rows: [] } : await readRows(project, [table], sql);
  const shown = limit === 0 ? rows : rows.slice(0, limit);
  if (values['json'] === true) {
    terminal.out(shown.map((row) => `${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, row[i]])))}\n`).join(''));
    return 0;
  }
  if (shown.length === 0) {
    terminal.out(`No refused rows of ${table.dataset.name} are like that.\n`);
    return 0;
  }
  terminal.out(
    textTable(
      names.map((title) => ({ title })),
      shown.map((row) => row.map((cell) => (cell === null ? 'NULL' : String(cell)))),
    ),
  );
  if (shown.length < rows.length) terminal.err(`First ${formatCount(limit)} rows; --limit 0 prints all.\n`);
  return 0;
}

/** SQL for the refused rows of a table, in an order that stays. */
export function selectRefusedRows({ relation }: RefusedTable, reason: string | undefined): string {
  const first = ['_day', '_reasons'];
  const last = ['_batch', '_run'];
  const source = relation.columns.map(({ name }) => name).filter((name) => !name.startsWith('_'));
  const names = [...first, ...source, ...last.filter((name) => relation.columns.some((column) => column.name === name))];
  return `SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM ${relation.name} WHERE ${hasReason(reason)} ORDER BY ALL`;
}
