import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { readHistory, readTable } from '@snowmelt/core/pipeline';
import { datasetName, logicalDate } from '@snowmelt/core/ports';
import { fsObjectStore } from '@snowmelt/local';
import { expect, it, onTestFinished } from 'vitest';

const WRITER = fileURLToPath(new URL('table-writer.mjs', import.meta.url));
const WRITERS = 20;
const COMMITS = 3;

interface Account {
  readonly done: readonly { readonly run: string; readonly version: number }[];
  readonly refused: readonly string[];
}

/** Starts a writer; the promise is kept once it has opened the table. */
async function startWriter(lake: string, name: string) {
  const child = spawn(process.execPath, [WRITER, lake, name, String(COMMITS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'readable');
  return {
    async write(): Promise<Account> {
      const exit = once(child, 'exit');
      child.stdin.end('go');
      const output = await text(child.stdout);
      expect(await exit).toEqual([0, null]);
      return JSON.parse(output.trim().split('\n').at(-1) ?? '');
    },
  };
}

it('of 20 processes that commit to one table, every commit is there exactly once or was refused', { timeout: 120_000 }, async () => {
  const lake = await mkdtemp(join(tmpdir(), 'snowmelt-writers-'));
  onTestFinished(() => rm(lake, { recursive: true, force: true }));
  const writers = [];
  for (let i = 0; i < WRITERS; i++) writers.push(await startWriter(lake, `w${i}`));
  const accounts = await Promise.all(writers.map((writer) => writer.write()));
  const done = accounts.flatMap((account) => account.done).sort((a, b) => a.version - b.version);
  const refused = new Set(accounts.flatMap((account) => account.refused));
  // All had opened the table before the first commit, so of their first commits one could win.
  expect(accounts.filter((account) => account.refused.length > 0).length).toBeGreaterThanOrEqual(WRITERS - 1);
  expect(done.map(({ version }) => version)).toEqual(Array.from({ length: WRITERS * COMMITS }, (_, i) => i + 1));
  const store = fsObjectStore({ root: lake });
  const dataset = datasetName('silver', 'sales');
  const { commits } = await readHistory(store, dataset, Number.POSITIVE_INFINITY);
  expect(commits.map(({ run, version }) => ({ run, version })).reverse()).toEqual(done);
  expect(commits.filter(({ run }) => refused.has(run))).toEqual([]);
  const entry = (await readTable(store, dataset)).partitions.get(logicalDate('2024-01-15'));
  expect(entry?.files.map(({ key }) => key.split('/')[5])).toEqual(done.map(({ run }) => run));
});
