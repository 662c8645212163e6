import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { snowmelt } from './run-snowmelt.ts';

const KEY = 'b2f1c6f0d94e4b0f9d1c7a3e5f60718293a4b5c6d7e8f90123456789abcdef01';

const CONFIG = (keys: string, key: string) => `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'people',
  source: { kind: 'files', folder: 'data' },
  keys: ${keys},
  bronze: {
    people: { table: 'people.csv', mode: 'full', columns: { id: 'NUMBER(9,0)', email: 'VARCHAR', phone: 'NUMBER(15,0)', city: 'VARCHAR' } },
  },
  silver: {
    people: {
      kind: 'snapshot',
      from: 'bronze.people',
      key: ['id'],
      columns: {
        id: { type: 'NUMBER(9,0)' },
        email: { type: 'VARCHAR', trim: true, case: 'lower', pattern: '[^@ ]+@[^@ ]+', protect: { method: 'hash', key: '${key}' } },
        phone: { type: 'VARCHAR', protect: { method: 'tokenize', key: '${key}', prefix: 'tel_' } },
        host: { type: 'VARCHAR', expr: "split_part(email, '@', 2)" },
        city: { type: 'VARCHAR' },
      },
    },
  },
});
`;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-protection-'));
  await write('data/people.csv', 'id,email,phone,city\n1, Zoe@Example.com ,491701234567,Ulm\n2,no address,491707654321,Bonn\n');
  await write('snowmelt.config.ts', CONFIG("{ pii: { env: 'PII_KEY' } }", 'pii'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

const command = (argv: string, key: string | null = KEY) =>
  snowmelt(argv.split(' '), { cwd: folder, env: key === null ? {} : { PII_KEY: key, PII_2027: `${KEY}2` } });
const query = async (sql: string) => {
  const { code, out, err } = await snowmelt(['query', sql, '--json'], { cwd: folder });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};
const hmac = (text: string, key = KEY) => createHmac('sha256', key).update(text).digest('hex');

/** Everything below the project but the source and bronze, with its table log: they have the values as they came. */
async function allFiles(): Promise<readonly { readonly path: string; readonly bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const wanted = paths.filter((path) => !/[/\\](?:bronze|bronze\.people|data)[/\\]/.test(path));
  return Promise.all(wanted.map(async (path) => ({ path, bytes: await readFile(path) })));
}

it('publishes hashes and tokens that anybody with the key can make again, refused rows too', async () => {
  expect(await command('run --date 2026-01-05')).toMatchObject({ code: 0 });
  const rows = await query('select email, phone, city from silver.people');
  expect(rows).toContain(hmac('zoe@example.com'));
  expect(rows).toContain(`tel_${hmac('491701234567').slice(0, 20)}`);
  const refused = await query('select * from silver.people__quarantine');
  expect(refused).toContain(hmac('no address'));
  expect(refused).toContain('Bonn');
  expect(refused).not.toMatch(/491707654321|"no address"/);
});

it('leaves neither the key nor what it protects in a plan, a log, a cache or silver', async () => {
  const plan = await command('plan --date 2026-01-05 --json');
  const run = await command('run --date 2026-01-05 --json');
  const written = [
    ...(await allFiles()),
    { path: 'plan', bytes: Buffer.from(plan.out) },
    { path: 'run', bytes: Buffer.from(run.out + run.err) },
  ];
  expect(written.length).toBeGreaterThan(6);
  const pads = [0x36, 0x5c].map((pad) => Buffer.from(Buffer.from(KEY).map((byte) => byte ^ pad)));
  const needles = [Buffer.from(KEY), ...pads, ...pads.map((pad) => Buffer.from(pad.toString('hex').slice(0, 40)))];
  const personal = ['zoe@example.com', 'Zoe@Example.com', 'no address', '491701234567'].map((text) => Buffer.from(text));
  const found = written.filter(({ bytes }) => [...needles, ...personal].some((needle) => bytes.includes(needle)));
  expect(found.map(({ path }) => path)).toEqual([]);
});

it('builds nothing by another key, and everything by a key of another name', async () => {
  expect(await command('run --date 2026-01-05')).toMatchObject({ code: 0 });
  await write('data/people.csv', 'id,email,phone,city\n1,new@example.com,1,Ulm\n');
  const refused = await command('run --date 2026-01-06', `${KEY}!`);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.out + refused.err).toContain('secret/key-changed');
  expect(refused.out + refused.err).not.toContain(KEY);
  await write('snowmelt.config.ts', CONFIG("{ pii: { env: 'PII_KEY' }, pii_2027: { env: 'PII_2027' } }", 'pii_2027'));
  expect(await command('run --date 2026-01-06')).toMatchObject({ code: 0 });
  expect(await query('select email from silver.people')).toContain(hmac('new@example.com', `${KEY}2`));
});

it('builds nothing without the key, or by one that can be guessed', async () => {
  expect((await command('run --date 2026-01-05', null)).err).toContain('secret/not-found');
  expect((await command('run --date 2026-01-05', 'hunter2')).err).toContain('secret/weak-key');
});

it('unit tests need no key: theirs is the same everywhere', async () => {
  const email = hmac('zoe@example.com', 'the key of snowmelt test');
  const given = '[{ id: 1, email: " Zoe@Example.com ", phone: 49, city: Ulm }]';
  await write(
    'tests/people.yaml',
    `- { name: protected, dataset: silver.people, given: { bronze.people: ${given} }, expect: { rows: [{ id: 1, email: ${email} }] } }\n`,
  );
  expect(await command('test', null)).toMatchObject({ code: 0, out: expect.stringContaining('1 passed.') });
});
