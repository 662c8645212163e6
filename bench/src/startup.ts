import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Benchmark, type Figure, median } from './figures.ts';
import { timeNode, timeSnowmelt } from './process-time.ts';
import { startStandIn } from './stand-in.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const ROUNDS = 9;
const DAYS = 1000;
const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));

const SILVER = `  silver: {
    fact_events: {
      kind: 'event', eventTime: 'happened_at', from: 'bronze.events', key: ['id'],
      columns: { id: { type: 'NUMBER(10,0)' }, happened_at: { type: 'TIMESTAMP_NTZ', required: true }, label: { type: 'VARCHAR', trim: true } },
    },
  },
`;

const FILES = "{ kind: 'files', folder: 'data' }";
const STAND_IN =
  "{ kind: 'snowflake', account: process.env.SNOWFLAKE_ACCOUNT ?? '', user: process.env.SNOWFLAKE_USER ?? '', url: process.env.SNOWFLAKE_URL ?? '', privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' }, database: 'SHOP' }";

/** A pipeline of one table and, with `more`, what is made of it. */
const config = (source: string, table: string, more = '') => `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'hello',
  source: ${source},
  bronze: { events: { table: '${table}', mode: 'full', columns: { id: 'NUMBER(10,0)', happened_at: 'TIMESTAMP_NTZ', label: 'VARCHAR' } } },
${more}});
`;

const EVENTS = (rows: number, days: number) =>
  `SELECT i::DECIMAL(10,0) AS ID, TIMESTAMP '2024-01-01' + INTERVAL (i % ${days}) DAY AS HAPPENED_AT, ' label ' || i AS LABEL FROM range(${rows}) r(i)`;

/** What every command costs before it does anything: bare Node, --help, a hello pipeline, a run with nothing to do. */
export const startup: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    const { server, environment } = await startStandIn();
    try {
      log(`${ROUNDS} interleaved rounds; a lake of ${DAYS} day partitions; the stand-in serves from this process, on the same cores`);
      const files = await makeProject(join(folder, 'files'), config(FILES, 'events.parquet'));
      const standIn = await makeProject(join(folder, 'stand-in'), config(STAND_IN, 'EVENTS'));
      const thousand = await makeProject(join(folder, 'thousand'), config(STAND_IN, 'EVENTS', SILVER));
      await server.database.run(`CREATE TABLE EVENTS AS ${EVENTS(1000, 3)}`);
      await mkdir(join(files, 'data'));
      await server.database.run(`COPY (${EVENTS(1000, 3).toLowerCase()}) TO '${join(files, 'data', 'events.parquet')}' (FORMAT parquet)`);
      for (const project of [files, standIn, RETAIL]) await timeSnowmelt(['check', '--project', project], environment);
      const hello = (project: string, round: number) =>
        timeSnowmelt(['run', '--project', project, '--lake', join(project, `lake-${round}`), '--date', '2026-01-01', '-q'], environment);
      const short = await interleave({ files: (round) => hello(files, round), standIn: (round) => hello(standIn, round) });
      await server.database.run(`CREATE OR REPLACE TABLE EVENTS AS ${EVENTS(DAYS * 5, DAYS)}`);
      await timeSnowmelt(['run', '--project', thousand, '--date', '2026-11-01', '-q'], environment);
      return [...short, ...(await measureNoop(thousand, environment))];
    } finally {
      await server.close();
    }
  });

async function makeProject(folder: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'snowmelt.config.ts'), text);
  return folder;
}

type Hello = (round: number) => Promise<number>;

async function interleave(hello: { readonly files: Hello; readonly standIn: Hello }): Promise<Figure[]> {
  const kinds = ['node', 'help', 'check', 'anew', 'files', 'standIn'] as const;
  const times = Object.fromEntries(kinds.map((kind) => [kind, [] as number[]])) as Record<(typeof kinds)[number], number[]>;
  for (let round = 0; round < ROUNDS; round++) {
    times.node.push(await timeNode(['-e', '0']));
    times.help.push(await timeSnowmelt(['--help']));
    times.files.push(await hello.files(round));
    times.standIn.push(await hello.standIn(round));
    await rm(join(RETAIL, '.snowmelt', 'cache'), { recursive: true, force: true });
    times.anew.push(await timeSnowmelt(['check', '--project', RETAIL]));
    times.check.push(await timeSnowmelt(['check', '--project', RETAIL]));
  }
  const node = median(times.node);
  return [
    { name: 'bare Node process', value: node, unit: 'ms' },
    { name: 'snowmelt --help', value: median(times.help), unit: 'ms', limit: { kind: 'at most', value: 200 } },
    { name: 'check of the retail example, nothing cached', value: median(times.anew), unit: 'ms', limit: { kind: 'at most', value: 1000 } },
    { name: 'check of the unchanged retail example', value: median(times.check), unit: 'ms' },
    {
      name: 'one-table hello pipeline over bare Node',
      value: median(times.files) - node,
      unit: 'ms',
      limit: { kind: 'at most', value: 250 },
    },
    { name: 'the same through the stand-in Snowflake', value: median(times.standIn) - node, unit: 'ms' },
  ];
}

// The data files are moved away first: a run with nothing to do must not miss them.
async function measureNoop(project: string, environment: Readonly<Record<string, string>>): Promise<Figure[]> {
  for (const layer of ['bronze', 'silver']) await rename(join(project, 'lake', layer), join(project, 'lake', `${layer}-moved-away`));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    times.push(await timeSnowmelt(['run', '--project', project, '--date', '2026-11-01', '-q'], environment));
  return [
    { name: `run with nothing to do on ${DAYS} partitions`, value: median(times), unit: 'ms', limit: { kind: 'at most', value: 400 } },
  ];
}
