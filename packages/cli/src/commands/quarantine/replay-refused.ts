import { buildPlan, type Replay, readLake, refusedPartitions, replayQuarantine } from '@snowmelt/core/pipeline';
import { addDays, type DatasetName, dayOf, formatCount } from '@snowmelt/core/ports';
import type { Invocation } from '../../arguments/command.ts';
import type { Project } from '../../compose/open-project.ts';
import { openHost } from '../../render/open-host.ts';
import { renderError } from '../../render/report-error.ts';
import { type RefusedTable, readRange, readRefused, readRows } from './refused-tables.ts';

interface ReplayReport {
  readonly reason: string;
  readonly partitions: number;
  readonly released: number;
  readonly remaining: number;
  readonly refusedAnew: number;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** What is made from the dataset and must be brought up to date now. */
  readonly stale: readonly DatasetName[];
}

/** Judges refused rows again under the present rules, and tells how many were released. */
export async function replayRefused(project: Project, invocation: Invocation): Promise<number> {
  const { terminal, values, positionals } = invocation;
  const range = readRange(invocation);
  const table = await readRefused(project, positionals[1] ?? '', range);
  const host = openHost(invocation);
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  try {
    const settings = { concurrency: 1, retries: 2, signal: stop.signal };
    const replay = await replayQuarantine(project.graph, table.dataset, range, project.ports(host), settings);
    host.end();
    const failed = replay.outcomes.find(({ error }) => error !== undefined)?.error;
    if (failed !== undefined) {
      if (host.kind !== 'json') terminal.err(renderError({ hint: undefined, ...failed }, project.folder, terminal.hasColor));
      return 1;
    }
    const report = await describe(project, table, replay);
    if (values['json'] === true)
      terminal.out(`${JSON.stringify({ code: 'quarantine/replayed', dataset: table.dataset.name, ...report })}\n`);
    else terminal.out(renderReport(table, report));
    return 0;
  } finally {
    release();
    host.end();
  }
}

async function describe(project: Project, table: RefusedTable, { before, after, days, outcomes }: Replay): Promise<ReplayReport> {
  const { dataset } = table;
  const range = { from: days[0], to: days.at(-1) };
  const isAll = outcomes.some(({ reason }) => reason.startsWith('stale'));
  const now = refusedPartitions(dataset, after, isAll ? {} : range);
  const columns = after.refusedColumns.filter(({ name }) => before.refusedColumns.some((column) => column.name === name));
  const relation = (name: string, files: RefusedTable['relation']['files']) => ({
    name: `replay.${name}`,
    columns,
    files,
    isRefused: true,
  });
  const source = columns.filter(({ name }) => !name.startsWith('_')).map(({ name }) => `"${name}"`);
  const rows = (of: string) => `SELECT ${source.join(', ')} FROM replay.${of}`;
  const count = (a: string, word: string, b: string) => `(SELECT count(*) FROM (${rows(a)} ${word} ALL ${rows(b)}))`;
  const relations = [
    { ...table, relation: relation('before', table.relation.files) },
    {
      ...table,
      relation: relation(
        'after',
        now.flatMap(({ files }) => files),
      ),
    },
  ];
  const counts = await readRows(
    project,
    relations,
    `SELECT ${count('before', 'EXCEPT', 'after')}, ${count('before', 'INTERSECT', 'after')}, ${count('after', 'EXCEPT', 'before')}`,
  );
  const reasons = await readRows(
    project,
    relations,
    "SELECT reason, count(*) FROM (SELECT unnest(string_split(_reasons, ', ')) AS reason FROM replay.after) GROUP BY 1 ORDER BY 2 DESC, 1",
  );
  const [released = 0, remaining = 0, refusedAnew = 0] = (counts.rows[0] ?? []).map(Number);
  return {
    reason: outcomes.map(({ reason }) => reason).join('; '),
    partitions: days.length,
    released,
    remaining,
    refusedAnew,
    rowsBefore: rowsOf(before),
    rowsAfter: rowsOf(after),
    reasons: Object.fromEntries(reasons.rows.map(([reason, n]) => [String(reason), Number(n)])),
    stale: outcomes.length === 0 ? [] : await staleBehind(project, table),
  };
}

function rowsOf({ partitions }: Replay['before']): number {
  return [...partitions.values()].reduce((sum, { rows }) => sum + rows, 0);
}

async function staleBehind(project: Project, { dataset }: RefusedTable): Promise<readonly DatasetName[]> {
  const { graph, store, clock } = project;
  const lake = await readLake(
    store,
    graph.datasets.map(({ name }) => name),
  );
  const settled = new Set<DatasetName>(graph.datasets.filter(({ layer }) => layer === 'bronze').map(({ name }) => name));
  const plan = buildPlan(graph, lake, { day: addDays(dayOf(clock.now()), -1), settled });
  const moved = [...plan.steps, ...plan.pending].map((one) => one.dataset);
  return moved.filter((name) => graph.datasets.some((one) => one.name === name && one.inputs.includes(dataset.name)));
}

function renderReport({ dataset }: RefusedTable, report: ReplayReport): string {
  if (report.partitions === 0) return `${dataset.name} has no refused rows there: nothing to replay.\n`;
  if (report.reason === '') {
    const why =
      dataset.layer === 'bronze'
        ? 'they do not fit the declared types, and these have not changed. After a change the extract is read again, and so is every row.'
        : 'nothing that they are judged by can be built again.';
    return `${dataset.name}: nothing to replay: ${why}\n`;
  }
  const reasons = Object.entries(report.reasons).map(([reason, rows]) => `${reason} ${formatCount(rows)}`);
  const lines = [
    `${dataset.name}: ${formatCount(report.partitions)} ${report.partitions === 1 ? 'partition' : 'partitions'} replayed (${report.reason})`,
    `  released       ${formatCount(report.released)}`,
    `  still refused  ${formatCount(report.remaining)}${report.remaining === 0 ? '' : `: ${reasons.join(', ')}`}`,
    ...(report.refusedAnew === 0 ? [] : [`  refused anew   ${formatCount(report.refusedAnew)}`]),
    `  published rows ${formatCount(report.rowsBefore)} → ${formatCount(report.rowsAfter)}`,
  ];
  if (report.stale.length > 0) lines.push(`Next: snowmelt run brings ${report.stale.join(', ')} up to date.`);
  return `${lines.join('\n')}\n`;
}
