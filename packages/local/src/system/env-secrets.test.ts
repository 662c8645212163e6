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

it('reads project files, and knows which are not there', async () => {
  const folder = await newProject();
  await writeFile(join(folder, 'model.sql'), 'select ü');
  const files = fsProjectFiles({ folder });
  expect(await files.read('model.sql')).toBe('select ü');
  expect(await files.read('./other.sql')).toBeUndefined();
  expect(await files.read('model.sql/x')).toBeUndefined();
});
