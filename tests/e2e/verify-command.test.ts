import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-verify-command-'));
  expect(await snowmelt(['init', folder])).toMatchObject({ code: 0 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...argv: string[]) => snowmelt(['verify', '--project', folder, ...argv], { env: { XDG_CACHE_HOME: join(folder, 'none') } });

it('says what is missing for Spark and how to get it', async () => {
  const ended = await run();
  expect(ended).toMatchObject({ code: 2, out: '' });
  expect(ended.err).toContain('error[spark/not-installed]');
  expect(ended.err).toMatch(/snowmelt spark setup|Java 17/);
});

it('refuses options that exclude each other', async () => {
  expect(await run('--generated', '--real')).toMatchObject({ code: 2, err: expect.stringContaining('error[cli/usage]') });
  expect(await run('--rounds', '0')).toMatchObject({ code: 2, err: expect.stringContaining('error[cli/usage]') });
});

it('--check needs no Spark, and says why there is no proof', async () => {
  const none = await run('--check', '--json');
  expect(none.code).toBe(1);
  expect(jsonLines(none.out)).toMatchObject([
    { code: 'verify/checked', isValid: false, problems: [expect.stringContaining('no certificate')] },
  ]);
  await rm(join(folder, '.snowmelt', 'verify'), { recursive: true, force: true });
  const file = join(folder, '.snowmelt', 'certificate.json');
  await writeFile(file, '{ broken');
  await cp(file, join(folder, '.snowmelt', 'verify', 'certificate.json'));
  expect(await run('--check')).toMatchObject({ code: 1, out: expect.stringContaining('cannot be read') });
});
