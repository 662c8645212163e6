import { type Graph, type RunRecord, runPipeline } from '@snowmelt/core/pipeline';
import type { LogicalDate } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readNumber } from '../arguments/read-options.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { openHost } from '../render/open-host.ts';
import { renderRecord } from '../render/render-record.ts';
import type { RunHost } from '../render/run-host.ts';
import { readDate } from './logical-dates.ts';

/** Brings the lake up to date for one logical date. */
export const run: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const day = readDate(invocation, 'date', project.clock);
    return await runDays(project, [day], invocation);
  } finally {
    project.close();
  }
};

/** Runs logical dates one after another and stops behind the first that fails. Returns the exit code. */
export async function runDays(project: Project, days: readonly LogicalDate[], invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const host = openHost(invocation);
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  const settings = {
    concurrency: readNumber(invocation, 'concurrency', 2, 1),
    retries: readNumber(invocation, 'retries', 2, 0),
    signal: stop.signal,
    refetch: invocation.values['refetch'] === true,
  };
  try {
    for (const day of days) {
      const record = await runPipeline(project.graph, day, project.ports(host), settings);
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
