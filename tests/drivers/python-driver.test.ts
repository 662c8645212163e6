import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonEnvironment, whyNoPython } from '../../scripts/python-environment.mjs';
import {
  ACCESS_TOKEN,
  type DriverServer,
  ENDLESS,
  EVERY_TYPE,
  KEYS,
  MANY_ROWS,
  OAUTH_TOKEN,
  PASSWORD,
  startDriverServer,
} from './driver-server.ts';

const CONNECTOR = 'snowflake-connector-python';
const INSTALLING_MS = 400_000;
const LONGEST_RUN_MS = 90_000;
const missing = whyNoPython([3, 11]);
if (missing !== undefined) console.warn(`\n*** The official Python connector is NOT tested here: ${missing}. ***\n`);

// The last connector that is written in Python, and the one whose core is the drivers' common one.
describe.skipIf(missing !== undefined).each(['4.8.1', '5.2.0'])('the Python connector %s', (version) => {
  let server: DriverServer;
  let results: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    const python = await pythonEnvironment(CONNECTOR, version);
    server = await startDriverServer();
    results = await runScenarios(python, server);
  }, INSTALLING_MS);

  afterAll(() => server?.close());

  it('logs in with every kind of credential', () => {
    const row = [['DRIVER', 'ELSEWHERE', 'elsewhere']];
    expect(results['logging_in']).toEqual({ password: row, key: row, pat: row, oauth: row });
  });

  it('is refused with a wrong one', () => {
    expect(results['refused']).toEqual([
      expect.objectContaining({ message: expect.stringContaining('Incorrect username or password') }),
      expect.objectContaining({ message: expect.stringContaining('database does not exist') }),
    ]);
  });

  it('reads every type exactly', () => {
    const { rows, columns, described } = results['every_type'] as Readonly<Record<string, readonly unknown[]>>;
    expect(rows).toEqual([ORDINARY, EXTREME, [3, ...ORDINARY.slice(1).map(() => null)]]);
    expect(columns).toEqual([
      ['ID', 38, 0, true],
      ['N38', 38, 0, true],
      ['N12', 12, 3, true],
    ]);
    expect(described).toEqual([
      ['N12', 0],
      ['S', 2],
    ]);
  });

  it('streams a result of many chunks', () => {
    expect(results['many_chunks']).toEqual({ rowcount: MANY_ROWS, in_order: true, batches: expect.any(Number) });
    expect(server.requests.filter((request) => /^GET \/chunks\/ID\/\d+ 200$/.test(request)).length).toBeGreaterThan(3);
  });

  it('binds values', () => {
    expect(results['bound_values']).toEqual({
      formatted: [[42, "it's %", null, true]],
      bound: [[42, "it's ?", true, null, '1.25', '1.50', '00ff', '2024-02-29 12:30:15.123456', '2024-02-29', '12:30:15.123456']],
      inserted: 300,
      sum: [[44_850]],
    });
  });

  it('counts changed rows', () => {
    expect(results['changes']).toEqual([5, 3, 1]);
  });

  it('raises the errors of Snowflake', () => {
    expect(results['errors']).toEqual([
      { errno: 904, sqlstate: '42000', message: expect.stringContaining("invalid identifier 'NOPE'") },
      { errno: 2003, sqlstate: '42S02', message: expect.stringContaining("'SHOP.PUBLIC.MISSING' does not exist") },
      { errno: 1003, sqlstate: '42000', message: expect.stringContaining('syntax error') },
      { errno: 100_038, sqlstate: '22018', message: expect.stringContaining('is not recognized') },
    ]);
  });

  it('watches a query that runs on its own', () => {
    expect(results['on_its_own']).toEqual({ rows: [[0], [1], [2]], status: 'FAILED_WITH_ERROR' });
  });

  it('cancels', () => {
    expect(results['cancelling']).toEqual({
      before: 'RUNNING',
      stopped: true,
      after: 'FAILED_WITH_ERROR',
      timed_out: expect.objectContaining({ errno: 630, sqlstate: '57014' }),
    });
  });

  it('uses its session', () => {
    expect(results['session']).toEqual({
      here: [['elsewhere']],
      wrong: expect.objectContaining({ errno: 2043 }),
      unknown: expect.objectContaining({ errno: 1006, sqlstate: '22023' }),
      after: [['ELSEWHERE']],
    });
  });

  it('renews its token in the middle of a result', () => {
    expect(results['renewal']).toEqual({ read: MANY_ROWS, in_order: true, between: [[MANY_ROWS]] });
    expect(server.requests).toContain('POST /session/token-request 200');
  });
});

async function runScenarios(python: string, server: DriverServer): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'python-driver-'));
  const keyFile = join(folder, 'key.p8');
  await writeFile(keyFile, KEYS.privateKeyPem, { mode: 0o600 });
  const script = join(import.meta.dirname, 'python_driver.py');
  // Its own home: the connector writes files there.
  const child = spawn(python, [script], { env: { PATH: process.env['PATH'], HOME: folder }, stdio: ['pipe', 'pipe', 'pipe'] });
  const tooLong = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN_MS);
  const errors: string[] = [];
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  child.stdin.write(`${JSON.stringify(settings(server, keyFile))}\n`);
  const results: Record<string, unknown> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const answer: { readonly scenario?: string; readonly result?: unknown; readonly ask?: string } = JSON.parse(line);
    if (answer.ask !== undefined) {
      server.sessions.expire('session');
      child.stdin.write('done\n');
    } else if (answer.scenario !== undefined) results[answer.scenario] = answer.result;
  }
  clearTimeout(tooLong);
  await rm(folder, { recursive: true, force: true });
  if (Object.keys(results).length === 0) throw new Error(`The script gave nothing:\n${errors.join('')}`);
  return results;
}

function settings({ port }: DriverServer, keyFile: string): Readonly<Record<string, unknown>> {
  return {
    port,
    keyFile,
    password: PASSWORD,
    accessToken: ACCESS_TOKEN,
    oauthToken: OAUTH_TOKEN,
    endless: ENDLESS,
    everyType: EVERY_TYPE,
  };
}

const ORDINARY = [
  1,
  '99999999999999999999999999999999999999',
  '-123456789.125',
  '1.5',
  true,
  'é "quoted" 😀\n',
  '2024-02-29',
  '23:59:59.999999',
  '1969-12-31 23:59:59.500000',
  '2024-01-01 00:00:00.123000',
  '2024-01-01 00:00:00.123456',
  '2023-12-31 22:00:00+00:00',
  '2023-12-31 22:00:00+00:00',
  '00ff',
  '{"b":[1,null]}',
  '{"k":"v"}',
  '[1,"x"]',
];

const EXTREME = [
  2,
  '-99999999999999999999999999999999999999',
  '0.001',
  'nan',
  false,
  '',
  '0001-01-01',
  '00:00:00',
  '9999-12-31 23:59:59.999999',
  '1969-12-31 23:59:59.999000',
  '2262-01-01 00:00:00',
  '0001-01-01 00:00:00+00:00',
  '9999-12-31 23:59:59.999999+00:00',
  '',
  '"text"',
  '{}',
  '[]',
];
