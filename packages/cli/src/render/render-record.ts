import type { Graph, RunRecord } from '@snowmelt/core/pipeline';
import type { StepOutcome } from '@snowmelt/core/ports';
import { formatCount } from '@snowmelt/core/ports';
import { formatBytes, formatDuration } from './figures.ts';
import { paint } from './paint.ts';
import { renderError } from './report-error.ts';
import { textTable } from './text-table.ts';

/** How to print a record. */
export interface RecordStyle {
  readonly hasColor: boolean;
  readonly folder: string;
  readonly lakeFolder: string;
}

/** A run's report: a table of what was done, and the errors with what to do about them. */
export function renderRecord(graph: Graph, record: RunRecord, style: RecordStyle): { readonly summary: string; readonly errors: string } {
  const color = paint(style.hasColor);
  const errors = record.steps.flatMap((step) =>
    step.error === undefined ? [] : [renderError({ hint: undefined, ...step.error }, style.folder, style.hasColor)],
  );
  if (record.status === 'nothing-to-do') return { summary: `Nothing to do for ${record.day}: everything is current.\n`, errors: '' };
  const order = new Map<string, number>(graph.datasets.map(({ name }, index) => [name, index]));
  const done = record.steps
    .filter(({ status }) => status === 'done')
    .sort((a, b) => (order.get(a.dataset) ?? 0) - (order.get(b.dataset) ?? 0));
  const table = done.length === 0 ? '' : `\n${stepTable(done)}`;
  return { summary: `${table}\n${closing(record, style, color)}\n`, errors: errors.join('') };
}

function stepTable(steps: readonly StepOutcome[]): string {
  const hasDeleted = steps.some(({ rowsDeleted }) => rowsDeleted !== undefined);
  const columns = [
    { title: 'dataset' },
    { title: 'read', align: 'right' as const },
    { title: 'written', align: 'right' as const },
    { title: 'refused', align: 'right' as const },
    { title: 'copies', align: 'right' as const },
    ...(hasDeleted ? [{ title: 'deleted', align: 'right' as const }] : []),
    { title: 'days', align: 'right' as const },
    { title: 'size', align: 'right' as const },
    { title: 'time', align: 'right' as const },
  ];
  return textTable(
    columns,
    steps.map((step) => [
      step.dataset,
      step.kind === 'extract' || step.rowsDuplicate !== undefined ? formatCount(step.rowsRead) : '',
      formatCount(step.rowsWritten),
      step.rowsRefused === 0 ? '' : formatCount(step.rowsRefused),
      step.rowsDuplicate === undefined || step.rowsDuplicate === 0 ? '' : formatCount(step.rowsDuplicate),
      ...(hasDeleted ? [step.rowsDeleted === undefined || step.rowsDeleted === 0 ? '' : formatCount(step.rowsDeleted)] : []),
      formatCount(step.partitions),
      formatBytes(step.bytes),
      formatDuration(step.durationMs),
    ]),
  );
}

function closing(record: RunRecord, style: RecordStyle, color: ReturnType<typeof paint>): string {
  const count = (status: StepOutcome['status']) => record.steps.filter((step) => step.status === status).length;
  const took = record.finishedAt === undefined ? '' : ` in ${formatDuration(Date.parse(record.finishedAt) - Date.parse(record.startedAt))}`;
  if (record.status === 'done') return `${color.green('Done')}${took}: ${count('done')} steps. Lake: ${style.lakeFolder}`;
  if (record.status === 'interrupted')
    return `${color.yellow('Stopped')}${took} after ${count('done')} steps. What was published stays; run again to go on.`;
  const skipped = count('skipped') === 0 ? '' : `, ${count('skipped')} skipped behind them`;
  return `${color.red('Failed')}${took}: ${count('failed')} failed${skipped}, ${count('done')} done. What failed is unchanged in the lake.`;
}
