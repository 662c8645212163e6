import type { GraphDataset } from '@snowmelt/core/pipeline';
import { formatCount, percentOf } from '@snowmelt/core/ports';
import type { Invocation } from '../../arguments/command.ts';
import { readText } from '../../arguments/read-options.ts';
import type { Project } from '../../compose/open-project.ts';
import { textTable } from '../../render/text-table.ts';
import { hasReason, type RefusedTable, readRange, readRefused, readRows } from './refused-tables.ts';

interface ReasonLine {
  readonly dataset: string;
  readonly day: string;
  readonly reason: string;
  /** Rows with this reason; a row with two reasons is in two lines. */
  readonly rows: number;
  readonly partition: { readonly rowsRefused: number; readonly rowsRead: number };
  readonly maxPercent: number | undefined;
}

/** Lists why rows are refused: by dataset, partition and reason. */
export async function listRefused(project: Project, invocation: Invocation): Promise<number> {
  const { terminal, values } = invocation;
  const tables = await readTables(project, invocation);
  const lines = await readReasons(project, tables, readText(invocation, 'reason'));
  if (values['json'] === true) {
    terminal.out(lines.map((line) => `${JSON.stringify({ code: 'quarantine/listed', ...line })}\n`).join(''));
    return 0;
  }
  if (lines.length === 0) {
    terminal.out('No refused rows.\n');
    return 0;
  }
  terminal.out(renderLines(lines));
  const [first] = lines;
  const total = new Map(lines.map(({ dataset, day, partition }) => [`${dataset} ${day}`, partition.rowsRefused]));
  const isPart = readText(invocation, 'reason') !== undefined;
  const rows = (isPart ? lines.map((line) => line.rows) : [...total.values()]).reduce((sum, one) => sum + one, 0);
  if (values['quiet'] !== true)
    terminal.out(
      `\n${formatCount(rows)} ${isPart ? 'reasons' : 'refused rows'} in ${formatCount(total.size)} ${total.size === 1 ? 'partition' : 'partitions'}. See them: snowmelt quarantine show ${first?.dataset} --date ${first?.day}\n`,
    );
  return 0;
}

async function readTables(project: Project, invocation: Invocation): Promise<readonly RefusedTable[]> {
  const name = readText(invocation, 'dataset');
  const range = readRange(invocation);
  const names = name === undefined ? project.graph.datasets.map((dataset) => dataset.name) : [name];
  const tables: RefusedTable[] = [];
  for (const one of names) tables.push(await readRefused(project, one, range));
  return tables.filter(({ partitions }) => partitions.length > 0);
}

async function readReasons(project: Project, tables: readonly RefusedTable[], reason: string | undefined): Promise<readonly ReasonLine[]> {
  if (tables.length === 0) return [];
  const selects = tables.map(
    ({ relation }, i) =>
      `SELECT ${i} AS nth, CAST(_day AS VARCHAR) AS day, unnest(string_split(_reasons, ', ')) AS reason FROM ${relation.name}`,
  );
  const wanted = hasReason(reason).replaceAll('_reasons', 'reason');
  const sql = `SELECT nth, day, reason, count(*) FROM (${selects.join(' UNION ALL ')}) WHERE ${wanted} GROUP BY ALL ORDER BY nth, day, 4 DESC, reason`;
  const { rows } = await readRows(project, tables, sql);
  return rows.flatMap(([nth, day, text, count]) => {
    const table = tables[Number(nth)];
    const partition = table?.partitions.find((one) => one.day === day);
    if (table === undefined || partition === undefined) return [];
    const { rowsRefused, rowsRead } = partition;
    const maxPercent = budgetOf(table.dataset);
    return [
      {
        dataset: table.dataset.name,
        day: String(day),
        reason: String(text),
        rows: Number(count),
        partition: { rowsRefused, rowsRead },
        maxPercent,
      },
    ];
  });
}

function budgetOf(dataset: GraphDataset): number | undefined {
  return dataset.layer === 'gold' ? undefined : dataset.quarantineMaxPercent;
}

function renderLines(lines: readonly ReasonLine[]): string {
  const right = 'right' as const;
  const columns = [
    { title: 'dataset' },
    { title: 'day' },
    { title: 'reason' },
    { title: 'rows', align: right },
    { title: 'of those read', align: right },
    { title: 'budget used', align: right },
  ];
  return textTable(
    columns,
    lines.map(({ dataset, day, reason, rows, partition, maxPercent }) => [
      dataset,
      day,
      reason,
      formatCount(rows),
      percentOf(rows, partition.rowsRead),
      maxPercent === undefined ? '' : `${usedOf(partition, maxPercent)} of ${maxPercent} %`,
    ]),
  );
}

function usedOf({ rowsRefused, rowsRead }: ReasonLine['partition'], maxPercent: number): string {
  return maxPercent === 0 ? 'more than all' : percentOf(rowsRefused * 100, rowsRead * maxPercent);
}
