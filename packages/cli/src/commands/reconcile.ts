import { type GraphDataset, type ReconciledBatch, readTable, reconcileBatch, type TableState } from '@snowmelt/core/pipeline';
import { formatCount, type LogicalDate, logicalDate, SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { openHost } from '../render/open-host.ts';
import { textTable } from '../render/text-table.ts';

type Bronze = Extract<GraphDataset, { readonly layer: 'bronze' }>;

interface Line extends ReconciledBatch {
  readonly dataset: string;
  readonly day: LogicalDate;
}

/** Compares published bronze batches with their source again. Exit code 1: one differs, or could not be compared. */
export const reconcile: CommandAction = async (invocation) => {
  const range = readRange(invocation);
  const project = await openProject(invocation);
  const stop = new AbortController();
  const release = invocation.terminal.onInterrupt(() => stop.abort());
  try {
    const lines: Line[] = [];
    for (const dataset of chooseDatasets(project, invocation.positionals[0])) {
      for await (const line of reconcileDataset(project, dataset, range, invocation, stop.signal)) {
        lines.push(line);
        if (invocation.values['json'] === true) invocation.terminal.out(`${JSON.stringify({ code: 'batch/reconciled', ...line })}\n`);
      }
    }
    if (invocation.values['json'] !== true) invocation.terminal.out(render(lines));
    return lines.some(({ verdict }) => verdict === 'differs' || verdict === 'unknown') ? 1 : 0;
  } finally {
    release();
    project.close();
  }
};

interface Range {
  readonly from?: LogicalDate;
  readonly to?: LogicalDate;
}

function readRange(invocation: Invocation): Range | undefined {
  const [date, from, to] = ['date', 'from', 'to'].map((name) => readText(invocation, name));
  if (date !== undefined && (from !== undefined || to !== undefined)) {
    throw new SnowmeltError('cli/usage', {
      message: '--date goes with neither --from nor --to.',
      hint: 'Give one date, or both ends of a range.',
    });
  }
  if (date !== undefined) return { from: logicalDate(date), to: logicalDate(date) };
  if (from === undefined && to === undefined) return undefined;
  return { ...(from === undefined ? {} : { from: logicalDate(from) }), ...(to === undefined ? {} : { to: logicalDate(to) }) };
}

function chooseDatasets({ graph }: Project, name: string | undefined): readonly Bronze[] {
  const bronze = graph.datasets.filter((dataset): dataset is Bronze => dataset.layer === 'bronze');
  if (name === undefined) return bronze;
  const found = bronze.find((dataset) => dataset.name === name);
  if (found !== undefined) return [found];
  const names = bronze.map((dataset) => dataset.name);
  throw new SnowmeltError('lake/unknown-dataset', { message: `There is no bronze dataset \`${name}\`.`, hint: suggest(name, names) });
}

async function* reconcileDataset(
  project: Project,
  dataset: Bronze,
  range: Range | undefined,
  invocation: Invocation,
  signal: AbortSignal,
): AsyncGenerator<Line> {
  const state = await readTable(project.store, dataset.name);
  const { source, digests, clock } = project.ports(openHost(invocation));
  for (const day of daysOf(state, range)) {
    for (const batch of state.partitions.get(day)?.batches ?? []) {
      const context = { attempt: `reconcile-${clock.newId()}`, signal };
      yield { dataset: dataset.name, day, ...(await reconcileBatch(dataset, state, batch, { source, digests, context })) };
    }
  }
}

function daysOf({ partitions }: TableState, range: Range | undefined): readonly LogicalDate[] {
  const days = [...partitions.keys()];
  if (range === undefined) return days.slice(-1);
  return days.filter((day) => (range.from === undefined || day >= range.from) && (range.to === undefined || day <= range.to));
}

const PLACES = {
  result: 'the result that was fetched',
  instant: 'the table as it was then',
  files: 'the same files',
  present: 'the source as it is now',
};

function render(lines: readonly Line[]): string {
  if (lines.length === 0) return 'No published batch of these dates.\n';
  const right = 'right' as const;
  const table = textTable(
    [
      { title: 'dataset' },
      { title: 'day' },
      { title: 'batch' },
      { title: 'rows', align: right },
      { title: 'source', align: right },
      { title: 'columns' },
      { title: 'compared with' },
      { title: 'verdict' },
    ],
    lines.map(({ dataset, day, batch, lake, source, differing, reference, verdict }) => [
      dataset,
      day,
      batch,
      formatCount(lake.rows),
      source === undefined ? '' : formatCount(source.rows),
      differing.length === 0 ? `${Object.keys(lake.columns).length}` : `${differing.join(', ')} of ${Object.keys(lake.columns).length}`,
      reference === undefined ? '' : PLACES[reference],
      verdict,
    ]),
  );
  const notes = lines.flatMap(({ dataset, batch, note }) => (note === undefined ? [] : [`${dataset} ${batch}: ${note}.\n`]));
  return notes.length === 0 ? table : `${table}\n${notes.join('')}`;
}
