import { type Graph, type RunRecord, type RunSettings, runPipeline, shapeOf } from '@snowmelt/core/pipeline';
import type { LogicalDate } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readNumber } from '../arguments/read-options.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { openHost } from '../render/open-host.ts';
import { renderRecord } from '../render/render-record.ts';
import type { RunHost } from '../render/run-host.ts';
import { readDate } from './logical-dates.ts';
import { readScope, tellScope } from './scope.ts';

/** Brings the lake up to date for one logical date. */
export const run: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const day = readDate(invocation, 'date', project.clock);
    const scope = await readScope(invocation, project);
    tellScope(scope, project.graph, invocation);
    return await runDays(project, [day], invocation, scope);
  } finally {
    project.close();
  }
};

/** Runs logical dates one after another and stops behind the first that fails. Returns the exit code. */
export async function runDays(project: Project, days: readonly LogicalDate[], invocation: Invocation, asked: Asked = {}): Promise<number> {
  const { terminal } = invocation;
  const host = openHost(invocation);
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  const settings = {
    concurrency: readNumber(invocation, 'concurrency', 2, 1),
    retries: readNumber(invocation, 'retries', 2, 0),
    signal: stop.signal,
  };
  const last = days.at(-1);
  const range = days.length > 1 && last !== undefined ? { until: last } : {};
  try {
    for (const [index, day] of days.entries()) {
      const one = index === 0 ? asked : ofLaterDay(asked, project.graph);
      const record = await runPipeline(project.graph, day, project.ports(host), { ...settings, ...one, ...range });
      host.end();
      report(project.graph, record, host, invocation, project);
      if (record.status === 'failed') return record.steps.some(isUserFault) ? 2 : 1;
      if (record.status === 'interrupted') return 1;
    }
    return 0;
  } finally {
    release();
    host.end();
  }
}

/** What a run is asked for besides its date. */
export type Asked = Pick<RunSettings, 'only' | 'fresh' | 'fulfilled' | 'continues' | 'refetch' | 'until'>;

// An event dataset is made again once; of a snapshot each day is made again.
function ofLaterDay({ only, fresh, refetch }: Asked, graph: Graph): Asked {
  const snapshots = graph.datasets.filter((dataset) => shapeOf(dataset) === 'snapshot' && fresh?.has(dataset.name) === true);
  return {
    ...(only === undefined ? {} : { only }),
    ...(fresh === undefined ? {} : { fresh: new Set(snapshots.map(({ name }) => name)) }),
    ...(refetch === undefined ? {} : { refetch }),
  };
}

const USER_FAULTS = /^(config|compile|secret|cli)\/|^source\/(authentication|column-missing|type-mismatch)$/;

function isUserFault(step: RunRecord['steps'][number]): boolean {
  return step.error !== undefined && USER_FAULTS.test(step.error.code);
}

function report(graph: Graph, record: RunRecord, host: RunHost, invocation: Invocation, project: Project): void {
  if (host.kind === 'json') return;
  const { terminal, values } = invocation;
  const text = renderRecord(graph, record, { hasColor: terminal.hasColor, folder: project.folder, lakeFolder: project.lakeFolder });
  if (text.summary !== '' && values['quiet'] !== true) terminal.out(text.summary);
  if (text.errors !== '') terminal.err(text.errors);
}
