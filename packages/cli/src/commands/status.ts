import { type GraphDataset, publishedDays, readLake, readRunRecords, shapeOf, type TableState } from '@snowmelt/core/pipeline';
import { formatCount } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { openProject } from '../compose/open-project.ts';
import { textTable } from '../render/text-table.ts';

/** Shows the tables, the last runs, and when the next is due. */
export const status: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { terminal, values } = invocation;
    const { datasets, schedule } = project.graph;
    const lake = await readLake(
      project.store,
      datasets.map(({ name }) => name),
    );
    const tables = datasets.map((dataset) => summarise(dataset, lake.get(dataset.name)));
    const runs = await readRunRecords(project.store, 5);
    const nextRun = schedule === undefined ? undefined : await nextDue(schedule, project.clock.now());
    if (values['json'] === true) {
      terminal.out(`${JSON.stringify({ code: 'status/read', tables, runs, nextRun })}\n`);
      return 0;
    }
    const right = 'right' as const;
    terminal.out(
      textTable(
        [
          { title: 'dataset' },
          { title: 'rows', align: right },
          { title: 'days', align: right },
          { title: 'latest' },
          { title: 'version', align: right },
          { title: 'committed (UTC)' },
        ],
        tables.map((table) => [
          table.dataset,
          formatCount(table.rows),
          formatCount(table.days),
          table.latest ?? '',
          String(table.version),
          table.committedAt?.slice(0, 19).replace('T', ' ') ?? 'never',
        ]),
      ),
    );
    terminal.out(
      runs.length === 0
        ? '\nNo runs yet.\n'
        : `\nLast runs:\n${runs.map((run) => `  ${run.run}  ${run.day}  ${run.status}${run.status === 'running' ? ' (or killed)' : ''}`).join('\n')}\n`,
    );
    if (nextRun !== undefined && schedule !== undefined)
      terminal.out(`\nNext run due ${nextRun} (${schedule.cron}, ${schedule.timeZone}).\n`);
    return 0;
  } finally {
    project.close();
  }
};

function summarise(dataset: GraphDataset, state: TableState | undefined) {
  const days = state === undefined ? [] : publishedDays(state, shapeOf(dataset));
  return {
    dataset: dataset.name,
    rows: days.reduce((sum, day) => sum + (state?.partitions.get(day)?.rows ?? 0), 0),
    days: state?.partitions.size ?? 0,
    latest: days.at(-1),
    version: state?.version ?? 0,
    committedAt: state?.committedAt,
    watermark: state?.watermark,
  };
}

async function nextDue(schedule: { readonly cron: string; readonly timeZone: string }, now: Date): Promise<string | undefined> {
  const { Cron } = await import('croner');
  return new Cron(schedule.cron, { timezone: schedule.timeZone }).nextRun(now)?.toISOString();
}
