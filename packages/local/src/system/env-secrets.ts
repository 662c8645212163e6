import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Secrets, SnowmeltError } from '@snowmelt/core/ports';
import { errnoOf } from '../fs/fs-errors.ts';

const COMMAND_TIMEOUT_MS = 60_000;

/**
 * Looks secrets up in environment variables, in files relative to the project folder, or in what a program prints that is
 * started there without a shell. White space at their end is not part of them.
 */
export function envSecrets(options: {
  readonly projectFolder: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}): Secrets {
  const env = options.env ?? process.env;
  return {
    get: async (reference) => {
      if ('env' in reference) return readVariable(env, reference.env);
      if ('command' in reference) return await askProgram(options.projectFolder, env, reference.command);
      return await readSecretFile(options.projectFolder, reference.file);
    },
  };
}

function readVariable(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name]?.trimEnd();
  if (value !== undefined && value !== '') return value;
  throw new SnowmeltError('secret/not-found', {
    message: `The environment variable \`${name}\` is not set.`,
    hint: `Set it before you start Snowmelt: export ${name}=…`,
  });
}

async function readSecretFile(folder: string, file: string): Promise<string> {
  try {
    return (await readFile(resolve(folder, file), 'utf8')).trimEnd();
  } catch (error) {
    throw new SnowmeltError('secret/not-found', {
      message: `The secret's file \`${file}\` cannot be read (${errnoOf(error) ?? 'unknown error'}).`,
      hint: 'The path is relative to the project folder; check that the file is there and that you may read it.',
      cause: error,
    });
  }
}

async function askProgram(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  [program = '', ...parameters]: readonly string[],
): Promise<string> {
  const failed = (why: string): SnowmeltError =>
    new SnowmeltError('secret/not-found', {
      message: `The program \`${program}\`, which should print a secret, ${why}.`,
      hint: 'Run it by hand in the project folder to see what it says.',
    });
  const printed = await promisify(execFile)(program, parameters, { cwd, env: { ...env }, timeout: COMMAND_TIMEOUT_MS }).catch(
    (error: unknown) => {
      // Without its cause: the error holds what the program printed, which may be the secret.
      throw failed(typeof errnoOf(error) === 'string' ? `cannot be run (${errnoOf(error)})` : 'failed');
    },
  );
  const secret = printed.stdout.trimEnd();
  if (secret === '') throw failed('printed nothing');
  return secret;
}
