import { SnowmeltError, suggest } from '@snowmelt/core/ports';
import { findSparkPrograms, SPARK_VERSION, setupSpark, sparkEnvironmentFolder } from '@snowmelt/local';
import type { CommandAction, Invocation } from '../arguments/command.ts';

const ACTS = ['setup', 'status'];

/** Installs Spark, or says whether it is there. */
export const spark: CommandAction = async (invocation) => {
  const [act = ''] = invocation.positionals;
  if (!ACTS.includes(act))
    throw new SnowmeltError('cli/usage', {
      message: `\`snowmelt spark\` takes ${ACTS.join(' or ')}, not \`${act}\`.`,
      hint: suggest(act, ACTS),
    });
  const folder = sparkEnvironmentFolder();
  const isNew = act === 'setup' && (await setupSpark(folder));
  const { java, python } = await findSparkPrograms(folder);
  report({ version: SPARK_VERSION, java, python, isNew }, invocation);
  return 0;
};

interface Status {
  readonly version: string;
  readonly java: string;
  readonly python: string;
  readonly isNew: boolean;
}

function report(status: Status, { terminal, values }: Invocation): void {
  if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'spark/ready', ...status })}\n`);
  else if (values['quiet'] !== true)
    terminal.out(`Spark ${status.version} ${status.isNew ? 'was installed' : 'is there'}: \`${status.python}\`, on \`${status.java}\`.\n`);
}
