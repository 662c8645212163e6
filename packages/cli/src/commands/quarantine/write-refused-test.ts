import { SnowmeltError } from '@snowmelt/core/ports';
import type { Invocation } from '../../arguments/command.ts';
import type { Project } from '../../compose/open-project.ts';

/** Later. */
export async function writeRefusedTest(_project: Project, _invocation: Invocation): Promise<number> {
  throw new SnowmeltError('cli/usage', { message: 'Not there yet.' });
}
