import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fsProjectFiles } from '../fs/fs-project-files.ts';
import { envSecrets } from './env-secrets.ts';

async function newProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'snowmelt-project-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('finds secrets in variables and in files of the project', async () => {
  const projectFolder = await newProject();
  await writeFile(join(projectFolder, 'key.pem'), 'line 1\nline 2\n');
  const secrets = envSecrets({ projectFolder, env: { KEY: 'secret', EMPTY: '' } });
  expect(await secrets.get({ env: 'KEY' })).toBe('secret');
  expect(await secrets.get({ file: 'key.pem' })).toBe('line 1\nline 2');
  for (const reference of [{ env: 'EMPTY' }, { env: 'NONE' }, { file: 'none.pem' }]) {
    await expect(secrets.get(reference)).rejects.toMatchObject({ code: 'secret/not-found', hint: expect.any(String) });
  }
});

it('asks a program, without a shell, and never shows what it printed', async () => {
  const projectFolder = await newProject();
  const secrets = envSecrets({ projectFolder, env: { ...process.env, NAME: 'x' } });
  const node = (script: string) => ({ command: [process.execPath, '-e', script] });
  expect(await secrets.get(node('console.log("token of " + process.env.NAME + " $HOME")'))).toBe('token of x $HOME');
  for (const reference of [node(''), node('console.log("hush"); process.exit(3)'), { command: ['/no/such/program'] }]) {
    const failure = await secrets.get(reference).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'secret/not-found', hint: expect.any(String) });
    expect(`${failure}${JSON.stringify(failure)}`).not.toContain('hush');
  }
});

it('reads project files, and knows which are not there', async () => {
  const folder = await newProject();
  await writeFile(join(folder, 'model.sql'), 'select ü');
  const files = fsProjectFiles({ folder });
  expect(await files.read('model.sql')).toBe('select ü');
  expect(await files.read('./other.sql')).toBeUndefined();
  expect(await files.read('model.sql/x')).toBeUndefined();
});
