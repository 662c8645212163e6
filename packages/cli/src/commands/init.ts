import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { SnowmeltError } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { STARTER_FILES } from './starter-files.ts';

/** Writes a small pipeline to start from; overwrites nothing. */
export const init: CommandAction = async ({ terminal, values, positionals }) => {
  const folder = resolve(terminal.cwd, positionals[0] ?? (typeof values['project'] === 'string' ? values['project'] : '.'));
  const paths = Object.keys(STARTER_FILES);
  for (const path of paths) await writeNew(join(folder, path), path, STARTER_FILES[path] ?? '');
  if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'init/done', folder, files: paths })}\n`);
  else if (values['quiet'] !== true) {
    const where = relative(terminal.cwd, folder) || '.';
    terminal.out(
      `${paths.map((path) => `  ${path}`).join('\n')}\n\nNext:\n  snowmelt check --project ${where}\n  snowmelt plan --project ${where}\nThen set SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER and SNOWFLAKE_PRIVATE_KEY, and: snowmelt doctor --project ${where}\n`,
    );
  }
  return 0;
};

async function writeNew(path: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new SnowmeltError('cli/exists', {
        message: `\`${name}\` exists already.`,
        hint: 'Start in an empty folder: snowmelt init DIR.',
        cause,
      });
    }
    throw cause;
  }
}
