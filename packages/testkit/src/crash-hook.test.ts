import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const hook = new URL('../crash-hook.mjs', import.meta.url).href;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'snowmelt-crash-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

// Every way of changing files, in a known order; operations outside `watched` are not to count.
const PROGRAM = `
import fs, { appendFileSync, createWriteStream, writeFileSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { DuckDBInstance } from '@duckdb/node-api';
const root = process.argv[2];
const at = (name) => root + '/watched/' + name;
await writeFile(root + '/elsewhere', 'x');
await mkdir(at(''), { recursive: true });                        // 1 mkdir
const handle = await open(at('a'), 'wx');                        // 2 open
await handle.writeFile('a');                                     // 3 writeFile
await handle.sync();                                             // 4 sync
await handle.close();
await readFile(at('a'));
await link(at('a'), at('b'));                                    // 5 link
await rename(at('a'), at('c'));                                  // 6 rename
await unlink(at('b'));                                           // 7 unlink
writeFileSync(at('d'), 'd');                                     // 8 writeFile
appendFileSync(at('d'), 'd');                                    // 9 appendFile
fs.rmSync(at('d'));                                              // 10 rm
const connection = await (await DuckDBInstance.create()).connect();
await connection.runAndReadAll("COPY (SELECT 1 AS a) TO '" + at('e.parquet') + "' (FORMAT parquet)"); // 11 copy
await connection.run("COPY (SELECT 1 AS a) TO '" + root + "/elsewhere.parquet'");
const stream = createWriteStream(at('f'));                       // 12 open, 13 write
stream.end('f');
await once(stream, 'close');
`;
const NAMES = ['mkdir', 'open', 'writeFile', 'sync', 'link', 'rename', 'unlink', 'writeFile', 'appendFile', 'rm', 'copy', 'open', 'write'];

async function execute(env: Readonly<Record<string, string>>): Promise<unknown> {
  // Beside this file, so that it finds the same DuckDB.
  const program = join(root, 'program.mjs');
  await writeFile(program, PROGRAM.replace("'@duckdb/node-api'", JSON.stringify(import.meta.resolve('@duckdb/node-api'))));
  const all = { ...process.env, SNOWMELT_CRASH_UNDER: join(root, 'watched'), ...env };
  return await run(process.execPath, ['--import', hook, program, root], { env: all }).catch((error: unknown) => error);
}

describe('crash-hook', () => {
  it('counts the operations that change watched files', async () => {
    await execute({ SNOWMELT_CRASH_COUNT: join(root, 'count'), SNOWMELT_CRASH_LOG: join(root, 'log') });
    const log = (await readFile(join(root, 'log'), 'utf8')).trim().split('\n');
    expect(log.map((line) => line.split(' ')[0])).toEqual(NAMES);
    expect(await readFile(join(root, 'count'), 'utf8')).toBe(String(NAMES.length));
  });

  it.each([
    [1, undefined],
    [2, []],
    [5, ['a']],
    [6, ['a', 'b']],
    [7, ['b', 'c']],
    [11, ['c']],
    [13, ['c', 'e.parquet', 'f']],
  ])('dies before operation %i', async (number, files) => {
    expect(await execute({ SNOWMELT_CRASH_AT: String(number) })).toMatchObject({ signal: 'SIGKILL' });
    expect(await readdir(join(root, 'watched')).catch(() => undefined)).toEqual(files);
  });

  it.each([
    [1, []],
    [5, ['a', 'b']],
    [6, ['b', 'c']],
    [8, ['c', 'd']],
    [11, ['c', 'e.parquet']],
    [12, ['c', 'e.parquet', 'f']],
  ])('dies after operation %i', async (number, files) => {
    expect(await execute({ SNOWMELT_CRASH_AFTER: String(number) })).toMatchObject({ signal: 'SIGKILL' });
    expect(await readdir(join(root, 'watched'))).toEqual(files);
  });

  it('lets a process live whose operations do not reach the number', async () => {
    expect(await execute({ SNOWMELT_CRASH_AT: '14' })).toMatchObject({ stderr: '' });
    expect(await readdir(join(root, 'watched'))).toEqual(['c', 'e.parquet', 'f']);
  });
});
