import { formatCount } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readNumber } from '../arguments/read-options.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { textTable } from '../render/text-table.ts';
import { readAsOf } from './read-as-of.ts';

/** Queries published tables by name. */
export const query: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    if (invocation.values['json'] === true) await printJson(project, invocation);
    else await printTable(project, invocation);
    return 0;
  } finally {
    project.close();
  }
};

const sqlOf = ({ positionals }: Invocation): string => positionals[0] ?? '';

async function printJson(project: Project, invocation: Invocation): Promise<void> {
  const limit = readNumber(invocation, 'limit', 100, 0);
  const result = await project.query(sqlOf(invocation), limit === 0 ? undefined : limit, readAsOf(invocation, project.graph));
  for await (const chunk of result.rows) {
    const lines = chunk.map((row) => JSON.stringify(Object.fromEntries(result.columns.map(({ name }, index) => [name, row[index]]))));
    if (lines.length > 0) invocation.terminal.out(`${lines.join('\n')}\n`);
  }
}

async function printTable(project: Project, invocation: Invocation): Promise<void> {
  const limit = readNumber(invocation, 'limit', 100, 0);
  // One row more than is shown tells whether there are more.
  const result = await project.query(sqlOf(invocation), limit === 0 ? undefined : limit + 1, readAsOf(invocation, project.graph));
  const rows: string[][] = [];
  for await (const chunk of result.rows) rows.push(...chunk.map((row) => row.map((cell) => (cell === null ? 'NULL' : String(cell)))));
  const shown = limit === 0 ? rows : rows.slice(0, limit);
  const columns = result.columns.map(({ name, type }) => ({
    title: name,
    ...(/INT|DECIMAL|DOUBLE|FLOAT/.test(type) ? { align: 'right' as const } : {}),
  }));
  invocation.terminal.out(textTable(columns, shown));
  if (shown.length < rows.length) invocation.terminal.err(`First ${formatCount(limit)} rows; --limit 0 prints all.\n`);
}
