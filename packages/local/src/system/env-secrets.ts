import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Secrets, SnowmeltError } from '@snowmelt/core/ports';
import { errnoOf } from '../fs/fs-errors.ts';

/** Looks secrets up in environment variables, or in files relative to the project folder. White space at their end is not part of them. */
export function envSecrets(options: {
  readonly projectFolder: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}): Secrets {
  const env = options.env ?? process.env;
  return {
    get: async (reference) => {
      if ('env' in reference) return readVariable(env, reference.env);
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
