import { continueRun, type RunRecord, readRunRecord, readRunRecords } from '@snowmelt/core/pipeline';
import { daysBetween, logicalDate, SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { runDays } from './run.ts';
import { describeScope } from './scope.ts';

const LOOKED_AT = 20;

/** Continues a run that failed or was stopped: same logical date, same selection, and what is left of its range. */
export const retry: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const record = await findRun(project, invocation.positionals[0]);
    if (record === undefined || record.status === 'done' || record.status === 'nothing-to-do') return tellNothing(record, invocation);
    const asked = continueRun(record);
    const day = logicalDate(record.day);
    const range = asked.until === undefined || asked.until === day ? '' : `, and goes on to ${asked.until}`;
    tell(`Continues run ${record.run} of ${day}, which ${endOf(record)}${range}.\n${describeScope(asked, project.graph)}`, invocation);
    return await runDays(project, daysBetween(day, asked.until ?? day), invocation, asked);
  } finally {
    project.close();
  }
};

async function findRun(project: Project, run: string | undefined): Promise<RunRecord | undefined> {
  if (run === undefined) return (await readRunRecords(project.store, 1))[0];
  const record = /^[0-9a-z]+$/.test(run) ? await readRunRecord(project.store, run) : undefined;
  if (record !== undefined) return record;
  const known = (await readRunRecords(project.store, LOOKED_AT)).map((one) => one.run);
  throw new SnowmeltError('run/not-found', { message: `There is no run \`${run}\`.`, hint: suggest(run, known) });
}

function endOf({ status }: RunRecord): string {
  if (status === 'running') return 'was killed, or is still at work';
  return status === 'interrupted' ? 'was interrupted' : 'failed';
}

function tellNothing(record: RunRecord | undefined, invocation: Invocation): number {
  const why = record === undefined ? 'there is no run yet' : `run ${record.run} of ${record.day} is done`;
  if (invocation.values['json'] === true) invocation.terminal.out(`${JSON.stringify({ code: 'retry/nothing', run: record?.run })}\n`);
  else tell(`Nothing to retry: ${why}.\n`, invocation);
  return 0;
}

function tell(text: string, { terminal, values }: Invocation): void {
  if (values['quiet'] !== true && values['json'] !== true) terminal.out(text);
}
