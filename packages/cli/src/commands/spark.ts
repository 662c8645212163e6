import { SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { openSparkEnvironment } from '../compose/spark-environment.ts';

const ACTS = ['setup', 'status'];

/** Installs Spark, or says whether it is there. */
export const spark: CommandAction = async ({ positionals, terminal, values }) => {
  const [act = ''] = positionals;
  if (!ACTS.includes(act)) {
    const message = `\`snowmelt spark\` takes ${ACTS.join(' or ')}, not \`${act}\`.`;
    throw new SnowmeltError('cli/usage', { message, hint: suggest(act, ACTS) });
  }
  const found = await openSparkEnvironment({ install: act === 'setup' });
  const { version, isNew, python, java } = found;
  if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'spark/ready', ...found })}\n`);
  else if (values['quiet'] !== true)
    terminal.out(`Spark ${version} ${isNew ? 'was installed' : 'is there'}: \`${python}\`, on \`${java}\`.\n`);
  return 0;
};
