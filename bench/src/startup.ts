import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Benchmark, type Figure, median } from './figures.ts';
import { timeNode, timeSnowmelt } from './process-time.ts';
import { startStandIn } from './stand-in.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const ROUNDS = 9;
const DAYS = 1000;
const RETAIL = fileURLToPath(new URL('../../examples/retail', import.meta.url));

const HELLO = `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'hello',
  source: { kind: 'snowflake', account: process.env.SNOWFLAKE_ACCOUNT ?? '', user: process.env.SNOWFLAKE_USER ?? '', url: process.env.SNOWFLAKE_URL ?? '', privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' }, database: 'SHOP' },
  bronze: { events: { table: 'EVENTS', mode: 'full', columns: { id: 'NUMBER(10,0)', happened_at: 'TIMESTAMP_NTZ', label: 'VARCHAR' } } },
  silver: {
    fact_events: {
      kind: 'event', eventTime: 'happened_at', from: 'bronze.events', key: ['id'],
      columns: { id: { type: 'NUMBER(10,0)' }, happened_at: { type: 'TIMESTAMP_NTZ', required: true }, label: { type: 'VARCHAR', trim: true } },
    },
  },
});
`;

/** What every command costs before it does anything: bare Node, --help, a hello pipeline, a run with nothing to do. */
export const startup: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    const { server, environment } = await startStandIn();
    try {
      log(`${ROUNDS} interleaved rounds; a lake of ${DAYS} day partitions; the stand-in serves from this process`);
      const hello = await makeProject(join(folder, 'hello'));
      const thousand = await makeProject(join(folder, 'thousand'));
      await server.database.run(
        `CREATE TABLE EVENTS AS SELECT i::DECIMAL(10,0) AS ID, TIMESTAMP '2024-01-01' + INTERVAL (i % 3) DAY AS HAPPENED_AT, ' label ' || i AS LABEL FROM range(1000) r(i)`,
      );
      await timeSnowmelt(['check', '--project', hello], environment);
      const helloRound = async (round: number) =>
        timeSnowmelt(['run', '--project', hello, '--lake', join(folder, `lake-${round}`), '--date', '2026-01-01', '-q'], environment);
      const hellos = await interleave(helloRound);
      await server.database.run(
        `CREATE OR REPLACE TABLE EVENTS AS SELECT i::DECIMAL(10,0) AS ID, TIMESTAMP '2024-01-01' + INTERVAL (i % ${DAYS}) DAY AS HAPPENED_AT, 'label' AS LABEL FROM range(${DAYS * 5}) r(i)`,
      );
      await timeSnowmelt(['run', '--project', thousand, '--date', '2026-11-01', '-q'], environment);
      const noops = await measureNoop(thousand, environment);
      return [...hellos, ...noops];
    } finally {
      await server.close();
    }
  });

async function makeProject(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'snowmelt.config.ts'), HELLO);
  return folder;
}

async function interleave(hello: (round: number) => Promise<number>): Promise<Figure[]> {
  const times = { node: [] as number[], help: [] as number[], hello: [] as number[], check: [] as number[] };
  await timeSnowmelt(['check', '--project', RETAIL]);
  for (let round = 0; round < ROUNDS; round++) {
    times.node.push(await timeNode(['-e', '0']));
    times.help.push(await timeSnowmelt(['--help']));
    times.hello.push(await hello(round));
    times.check.push(await timeSnowmelt(['check', '--project', RETAIL]));
  }
  return [
    { name: 'bare Node process', value: median(times.node), unit: 'ms' },
    { name: 'snowmelt --help', value: median(times.help), unit: 'ms', limit: { kind: 'at most', value: 200 } },
    { name: 'check of the unchanged retail example', value: median(times.check), unit: 'ms', limit: { kind: 'at most', value: 1000 } },
    {
      name: 'hello pipeline over bare Node',
      value: median(times.hello) - median(times.node),
      unit: 'ms',
      limit: { kind: 'at most', value: 250 },
    },
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
