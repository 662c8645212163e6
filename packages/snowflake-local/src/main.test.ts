import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main, type Terminal } from './main.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'main-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command; `during` happens while the server is up, and gets what was printed. */
async function run(args: readonly string[], during: (out: string) => Promise<void> = async () => undefined): Promise<Run> {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stopped: () => during(out),
  };
  const code = await main(args, terminal);
  return { code, out, err };
}

describe('the command', () => {
  it('explains itself', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: snowflake-local [options]');
  });

  it.each([
    [[], /Nobody could connect/],
    [['--public-key', 'a', '--generate-key', 'b'], /not both/],
    [['--generate-key', 'x', '--port', '99999'], /is not a port/],
    [['--generate-key', 'x', '--rows-per-partition', '0'], /at least 1/],
    [['--generate-key', 'x', '--now', 'soon'], /is not a time/],
    [['--generate-key', 'x', '--stage', 'LAKE'], /NAME=FOLDER/],
    [['--nonsense'], /nonsense/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('makes a key pair, keeps the private half private, and never overwrites it', async () => {
    const keys = join(folder, 'keys');
    const { code, out } = await run(['--generate-key', keys, '--port', '0']);
    expect(code).toBe(0);
    expect(out).toMatch(/Listening on http:\/\/127\.0\.0\.1:\d+\n/);
    expect((await stat(join(keys, 'rsa_key.p8'))).mode & 0o077).toBe(0);
    const again = await run(['--generate-key', keys, '--port', '0']);
    expect(again.code).toBe(1);
    expect(again.err).toContain('--public-key');
    expect((await run(['--public-key', join(keys, 'rsa_key.pub'), '--port', '0'])).code).toBe(0);
    expect((await run(['--public-key', join(folder, 'none.pub'), '--port', '0'])).code).toBe(1);
  });

  it('serves what its README promises, and keeps it in the file', async () => {
    const database = join(folder, 'shop.duckdb');
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
    await mkdir(join(folder, 'keys'));
    await writeFile(join(folder, 'query.mjs'), example);
    const query = async (out: string, ...args: readonly string[]): Promise<string> => {
      const url = /Listening on (\S+)/.exec(out)?.[1];
      const { stdout } = await promisify(execFile)(process.execPath, ['query.mjs', ...args], {
        cwd: folder,
        env: { ...process.env, SNOWFLAKE_URL: url },
      });
      return stdout.trim();
    };
    await run(['--database', database, '--generate-key', join(folder, 'keys'), '--port', '0'], async (out) => {
      expect(await query(out)).toBe("[ [ 'DEV', '9.0.0' ] ]");
      await query(out, 'CREATE TABLE kept AS SELECT 42::NUMBER(5,0) AS answer');
    });
    const again = [
      '--database',
      database,
      '--public-key',
      join(folder, 'keys/rsa_key.pub'),
      '--port',
      '0',
      '--now',
      '2011-12-09T00:00:00Z',
      '--verbose',
    ];
    const { err } = await run(again, async (out) => {
      expect(await query(out, 'SELECT answer, CURRENT_DATE::VARCHAR FROM kept')).toBe("[ [ '42', '2011-12-09' ] ]");
      expect(await query(out, 'SELECT * FROM nope')).toContain('does not exist');
    });
    expect(err).toMatch(/POST \/api\/v2\/statements 200/);
  });
});
