import { daysBetween, logicalDate, SnowmeltError } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import { openProject } from '../compose/open-project.ts';
import { readDate } from './logical-dates.ts';
import { runDays } from './run.ts';
import { readScope, tellScope } from './scope.ts';

/** Runs every logical date of a range, in order. */
export const backfill: CommandAction = async (invocation) => {
  const from = readText(invocation, 'from');
  if (from === undefined)
    throw new SnowmeltError('cli/usage', {
      message: '`snowmelt backfill` needs --from.',
      hint: 'Example: snowmelt backfill --from 2026-01-01 --to 2026-01-31.',
    });
  const first = logicalDate(from);
  const project = await openProject(invocation);
  try {
    const last = readDate(invocation, 'to', project.clock);
    if (first > last)
      throw new SnowmeltError('cli/usage', {
        message: `--from ${first} is after --to ${last}.`,
        hint: 'The range runs forward and includes both ends.',
      });
    const scope = await readScope(invocation, project);
    tellScope(scope, project.graph, invocation);
    const refetch = invocation.values['refetch'] === true ? { refetch: true } : {};
    return await runDays(project, daysBetween(first, last), invocation, { ...scope, ...refetch });
  } finally {
    project.close();
  }
};
