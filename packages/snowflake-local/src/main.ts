import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateKeyPair, type UserKey } from './auth/key-pair.ts';
import { type ServerOptions, startServer } from './start-server.ts';

const HELP = `snowflake-local: a stand-in Snowflake server on DuckDB, for tests and development.

Usage: snowflake-local [options]

  --database FILE        DuckDB file, made if it does not exist (default: in memory)
  --database-name NAME   what the database is called in SQL (default: SHOP)
  --schema NAME          schema of unqualified names (default: PUBLIC; an ordinary DuckDB file has its tables in main)
  --port NUMBER          port on 127.0.0.1 (default: 8084; 0 for any free one)
  --account NAME         account that tokens are made for (default: LOCAL)
  --user NAME            user who may connect (default: DEV)
  --public-key FILE      the user's RSA public key, PEM
  --generate-key FOLDER  write a fresh key pair there (rsa_key.p8, rsa_key.pub) and let its owner in
  --rows-per-partition N cut results into partitions of at most N rows
  --stage NAME=FOLDER    a folder that COPY INTO @NAME may write to; may be given several times
  --memory SIZE          bound of DuckDB's memory (default: 1GB)
  --now TIME             the time that CURRENT_TIMESTAMP gives, e.g. 2024-01-15T06:00:00Z (default: the real one)
  --admin-token TOKEN    let whoever sends it add faults at /admin/faults
  --verbose              print every request
  --help                 print this
`;

/** Where the command line's words go. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Resolves when the server is to stop. */
  readonly stopped: () => Promise<void>;
}

const TERMINAL: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
};

/** Runs the command and gives its exit code: 0 after a clean stop, 1 if the server cannot start, 2 for wrong arguments. */
export async function main(args: readonly string[], terminal: Terminal = TERMINAL): Promise<number> {
  const parsed = readArguments(args);
  if (typeof parsed === 'string') {
    terminal.err(`${parsed}\nTry snowflake-local --help.\n`);
    return 2;
  }
  if (parsed.help === true) {
    terminal.out(HELP);
    return 0;
  }
  try {
    const options = await serverOptions(parsed, terminal);
    const server = await startServer(options);
    terminal.out(greeting(server.url, parsed, options));
    await terminal.stopped();
    await server.close();
    return 0;
  } catch (error) {
    terminal.err(`snowflake-local: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

const OPTIONS = {
  database: { type: 'string' },
  'database-name': { type: 'string' },
  schema: { type: 'string' },
  port: { type: 'string' },
  account: { type: 'string' },
  user: { type: 'string' },
  'public-key': { type: 'string' },
  'generate-key': { type: 'string' },
  'rows-per-partition': { type: 'string' },
  stage: { type: 'string', multiple: true },
  memory: { type: 'string' },
  now: { type: 'string' },
  'admin-token': { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Single = Exclude<keyof typeof OPTIONS, 'stage'>;
type Arguments = { readonly [K in Single]?: (typeof OPTIONS)[K]['type'] extends 'boolean' ? boolean : string } & {
  readonly stage?: readonly string[];
};

function readArguments(args: readonly string[]): Arguments | string {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false });
    return values.help === true ? values : (problemWith(values) ?? values);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function problemWith(values: Arguments): string | undefined {
  if (values['public-key'] === undefined && values['generate-key'] === undefined) {
    return 'Nobody could connect: give --public-key FILE, or --generate-key FOLDER to try the server out.';
  }
  if (values['public-key'] !== undefined && values['generate-key'] !== undefined) return 'Give --public-key or --generate-key, not both.';
  if (!isWholeNumber(values.port, 65_535)) return `--port ${values.port} is not a port.`;
  if (!isWholeNumber(values['rows-per-partition'], Number.MAX_SAFE_INTEGER)) return '--rows-per-partition needs a whole number.';
  if (values['rows-per-partition'] === '0') return '--rows-per-partition needs at least 1.';
  const stage = values.stage?.find((pair) => !STAGE.test(pair));
  if (stage !== undefined) return `--stage ${stage} is not NAME=FOLDER.`;
  return values.now !== undefined && Number.isNaN(Date.parse(values.now)) ? `--now ${values.now} is not a time.` : undefined;
}

const STAGE = /^([A-Za-z_][\w$]*)=(.+)$/;

function isWholeNumber(text: string | undefined, largest: number): boolean {
  return text === undefined || (/^\d+$/.test(text) && Number(text) <= largest);
}

async function serverOptions(values: Arguments, terminal: Terminal): Promise<ServerOptions> {
  const rows = values['rows-per-partition'];
  const { now } = values;
  return {
    users: [await userKey(values)],
    port: Number(values.port ?? 8084),
    ...given('database', values.database),
    ...given('databaseName', values['database-name']),
    ...given('schema', values.schema),
    ...given('account', values.account),
    ...given('memoryLimit', values.memory),
    ...given('adminToken', values['admin-token']),
    ...(values.stage === undefined ? {} : { stages: stagesOf(values.stage) }),
    ...(rows === undefined ? {} : { rowsPerPartition: Number(rows) }),
    ...(now === undefined ? {} : { now: () => new Date(now) }),
    ...(values.verbose === true ? { log: (line: string) => terminal.err(`${line}\n`) } : {}),
  };
}

function stagesOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.map((pair) => (STAGE.exec(pair) ?? []).slice(1)));
}

function given<K extends string>(name: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: string });
}

async function userKey(values: Arguments): Promise<UserKey> {
  const name = values.user ?? 'DEV';
  if (values['public-key'] !== undefined) return { name, publicKeyPem: await readFile(values['public-key'], 'utf8') };
  const folder = values['generate-key'] ?? '.';
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  await mkdir(folder, { recursive: true });
  await writeNew(join(folder, 'rsa_key.p8'), privateKeyPem, folder);
  await writeNew(join(folder, 'rsa_key.pub'), publicKeyPem, folder);
  return { name, publicKeyPem };
}

// A key that exists may be in use: it is never overwritten.
async function writeNew(path: string, text: string, folder: string): Promise<void> {
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    throw new Error(`${path} exists already; use it with --public-key ${join(folder, 'rsa_key.pub')}`, { cause });
  }
}

function greeting(url: string, values: Arguments, options: ServerOptions): string {
  const folder = values['generate-key'];
  const lines = [
    `Listening on ${url}`,
    `  account    ${(options.account ?? 'LOCAL').toUpperCase()}`,
    `  user       ${(values.user ?? 'DEV').toUpperCase()}`,
    `  database   ${options.databaseName ?? 'SHOP'}, schema ${options.schema ?? 'PUBLIC'} (${options.database ?? 'in memory'})`,
    ...(folder === undefined ? [] : [`  key        ${join(folder, 'rsa_key.p8')} (private), ${join(folder, 'rsa_key.pub')} (public)`]),
    'Connect with a key-pair token (KEYPAIR_JWT) at POST /api/v2/statements. Stop with Ctrl-C.',
  ];
  return `${lines.join('\n')}\n`;
}
