import { SnowmeltError } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import type { Project } from '../compose/open-project.ts';

/** Writes a test from rows of the lake. */
export async function recordTest(_project: Project, _invocation: Invocation): Promise<number> {
  throw new SnowmeltError('cli/usage', { message: '--record is not there yet.' });
}
