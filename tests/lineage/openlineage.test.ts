import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, jsonLines, snowmelt } from '../e2e/run-snowmelt.ts';
import { readEventRules } from './event-rules.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/files', import.meta.url));
const MINUTE = 60_000;
const rules = readEventRules();
if (!rules.hasPublished)
  console.warn(
    'SKIPPED: the published schemas of OpenLineage are absent; events are judged by our own reading of them only. Set SNOWMELT_OPENLINEAGE_SPEC.',
  );

interface Event {
  readonly eventType: string;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly job: { readonly namespace: string; readonly name: string };
  readonly inputs: readonly { readonly namespace: string; readonly name: string; readonly inputFacets?: unknown }[];
  readonly outputs: readonly { readonly name: string; readonly facets: Readonly<Record<string, Readonly<Record<string, unknown>>>> }[];
}

/** A collector that answers as it is told to, and keeps what it was sent. */
interface Collector {
  readonly url: string;
  readonly bodies: string[];
  readonly keys: (string | undefined)[];
  readonly paths: (string | undefined)[];
  close(): Promise<void>;
}

async function openCollector(answer: (count: number, response: ServerResponse) => void): Promise<Collector> {
  const [bodies, keys, paths]: [string[], (string | undefined)[], (string | undefined)[]] = [[], [], []];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      bodies.push(body);
      keys.push(request.headers.authorization);
      paths.push(request.url);
      answer(bodies.length, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, bodies, keys, paths, close };
}

const status = (code: number) => (_: number, response: ServerResponse) => void response.writeHead(code).end('{}');

describe('OpenLineage events', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'snowmelt-lineage-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  // A copy of the example whose declaration asks for events.
  async function project(name: string, openlineage: object): Promise<string> {
    const folder = join(root, name);
    await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !/[/\\](node_modules|lake|\.snowmelt)$/.test(path) });
    const path = join(folder, 'snowmelt.config.ts');
    const declared = await readFile(path, 'utf8');
    await writeFile(path, declared.replace('  bronze: {', `  lineage: ${JSON.stringify({ openlineage })},\n  bronze: {`));
    return folder;
  }

  const run = (folder: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    snowmelt(['run', '--date', '2024-05-03', '--project', folder], { env });

  async function kept(folder: string): Promise<readonly Event[]> {
    const logs = join(folder, 'lake', 'artifacts', 'logs', 'lineage');
    const [name = ''] = await readdir(logs);
    const files = (await readdir(join(logs, name))).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(logs, name, file), 'utf8')));
    return jsonLines(texts.join('')) as unknown as Event[];
  }

  it('tell a whole run, in order, each as the specification has it, and are sent as they are kept', { timeout: MINUTE }, async () => {
    const collector = await openCollector(status(201));
    const folder = await project('whole', { url: collector.url, apiKey: { env: 'LINEAGE_KEY' }, namespace: 'shop' });
    const ended = await run(folder, { LINEAGE_KEY: 'k-secret-1' });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err).not.toContain('lineage');
    const events = await kept(folder);
    expect(events.flatMap((event) => rules.judge(event))).toEqual([]);
    expect(collector.bodies.map((body) => JSON.parse(body))).toEqual(events);
    expect(new Set(collector.keys)).toEqual(new Set(['Bearer k-secret-1']));
    expect(new Set(collector.paths)).toEqual(new Set(['/api/v1/lineage']));
    expect(JSON.stringify(events) + ended.err + ended.out).not.toContain('k-secret-1');

    const jobs = [
      'bronze.customers',
      'bronze.products',
      'bronze.orders',
      'silver.dim_customers',
      'silver.dim_products',
      'silver.fact_orders',
    ];
    for (const job of [...jobs, 'gold.daily_sales', 'gold.sales_by_country']) {
      const own = events.filter((event) => event.job.name === `roastery.${job}`);
      expect([job, own.map(({ eventType }) => eventType)]).toEqual([job, ['START', 'COMPLETE']]);
      expect(new Set(own.map((event) => event.run.runId)).size).toBe(1);
      expect(own[0]?.run.facets['parent']).toMatchObject({
        run: { runId: events[0]?.run.runId },
        job: { namespace: 'shop', name: 'roastery' },
      });
    }
    expect(events[0]).toMatchObject({ eventType: 'START', job: { namespace: 'shop', name: 'roastery' } });
    expect(events.at(-1)).toMatchObject({ eventType: 'COMPLETE', job: { name: 'roastery' }, run: { runId: events[0]?.run.runId } });
    await collector.close();
  });

  it('lead from the files of the source to gold, column by column', { timeout: MINUTE }, async () => {
    const folder = await project('columns', {});
    expect(await run(folder)).toMatchObject({ code: 0 });
    const events = await kept(folder);
    const completed = (name: string) => events.find((event) => event.job.name === name && event.eventType === 'COMPLETE');
    expect(completed('roastery.bronze.orders')).toMatchObject({
      inputs: [{ namespace: 'file', name: join(folder, 'data/orders/*.parquet') }],
      outputs: [
        {
          namespace: 'file',
          name: join(folder, 'lake/bronze/orders'),
          outputFacets: { outputStatistics: { rowCount: 180, fileCount: 1 } },
        },
      ],
    });
    expect(completed('roastery.bronze.customers')?.outputs[0]?.facets['columnLineage']).toMatchObject({
      fields: {
        country: {
          inputFields: [{ name: join(folder, 'data/customers.csv'), field: 'Country', transformations: [{ subtype: 'IDENTITY' }] }],
        },
      },
    });
    expect(completed('roastery.gold.daily_sales')).toMatchObject({
      inputs: [{ name: join(folder, 'lake/silver/fact_orders'), facets: { version: { datasetVersion: '1' } } }],
      outputs: [
        {
          facets: {
            version: { datasetVersion: '1' },
            schema: { fields: expect.arrayContaining([expect.objectContaining({ name: 'sale_date', type: 'DATE' })]) },
            columnLineage: {
              fields: {
                sales: {
                  inputFields: [
                    {
                      name: join(folder, 'lake/silver/fact_orders'),
                      field: 'amount',
                      transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION' }],
                    },
                  ],
                },
              },
              dataset: expect.arrayContaining([
                expect.objectContaining({
                  field: 'ordered_at',
                  transformations: [expect.objectContaining({ type: 'INDIRECT', subtype: 'GROUP_BY' })],
                }),
              ]),
            },
          },
        },
      ],
    });
    expect(completed('roastery.gold.daily_sales.checks')?.inputs[0]?.inputFacets).toMatchObject({
      dataQualityAssertions: { assertions: [{ assertion: 'unique(sale_date)', success: true, column: 'sale_date' }] },
    });
  });

  it('say that a step failed, and why, without a row’s value', { timeout: MINUTE }, async () => {
    const folder = await project('failing', {});
    const path = join(folder, 'snowmelt.config.ts');
    await writeFile(path, (await readFile(path, 'utf8')).replace('maxPercent: 10', 'maxPercent: 0'));
    const ended = await run(folder);
    expect(ended.err).toContain('error[quality/quarantine-budget]');
    const events = await kept(folder);
    expect(events.flatMap((event) => rules.judge(event))).toEqual([]);
    const failed = events.filter(({ eventType }) => eventType === 'FAIL');
    expect(failed.map(({ job }) => job.name)).toEqual(['roastery.silver.fact_orders', 'roastery']);
    expect(failed[0]?.run.facets['errorMessage']).toMatchObject({ message: expect.stringContaining('silver.fact_orders') });
  });

  it.each([
    ['fails for a moment', (count: number, response: ServerResponse) => void response.writeHead(count <= 2 ? 503 : 201).end()],
    [
      'drops the first connection',
      (count: number, response: ServerResponse) => void (count === 1 ? response.destroy() : response.writeHead(201).end()),
    ],
  ])('reach a collector that %s', { timeout: MINUTE }, async (name, answer) => {
    const collector = await openCollector(answer);
    const folder = await project(name.replaceAll(' ', '-'), { url: collector.url });
    const ended = await run(folder);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err).not.toContain('lineage');
    const sent = new Set(collector.bodies);
    expect([...sent].map((body) => JSON.parse(body))).toEqual(await kept(folder));
    await collector.close();
  });

  it.each([
    ['is not there', undefined, 'cannot be reached'],
    ['never answers', () => undefined, 'did not answer within 1000 ms'],
    ['refuses', status(401), 'answered 401'],
    ['is broken', status(500), 'answered 500'],
  ])('stop no run when the collector %s: it is said once, and the lake has them', { timeout: MINUTE }, async (name, answer, why) => {
    const collector = answer === undefined ? undefined : await openCollector(answer);
    const folder = await project(name.replaceAll(' ', '-'), { url: collector?.url ?? 'http://127.0.0.1:9', timeout: '1 second' });
    const ended = await run(folder);
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('Done') });
    expect(ended.err.split('\n').filter((line) => line.includes('lineage events of this run'))).toHaveLength(1);
    expect(ended.err).toContain(why);
    expect(await kept(folder)).toHaveLength(32);
    // A failing collector is not asked about every event.
    expect(collector?.bodies.length ?? 0).toBeLessThan(7);
    await collector?.close();
  });

  it('are kept where the key of the collector is not set, which is said', { timeout: MINUTE }, async () => {
    const collector = await openCollector(status(201));
    const folder = await project('keyless', { url: collector.url, apiKey: { env: 'LINEAGE_KEY_THAT_IS_NOT' } });
    const ended = await run(folder);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.err).toContain('LINEAGE_KEY_THAT_IS_NOT');
    expect([collector.bodies.length, (await kept(folder)).length]).toEqual([0, 32]);
    await collector.close();
  });

  it('are not made where nobody asks for them', { timeout: MINUTE }, async () => {
    const folder = join(root, 'silent');
    await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !/[/\\](node_modules|lake|\.snowmelt)$/.test(path) });
    expect(await run(folder)).toMatchObject({ code: 0 });
    expect(await readdir(join(folder, 'lake', 'artifacts', 'logs'))).not.toContain('lineage');
  });
});

describe('the rules that events are judged by', () => {
  it('find what is wrong with an event', async () => {
    const good = {
      eventType: 'START',
      eventTime: '2024-05-03T00:00:00.000Z',
      producer: 'urn:snowmelt:0',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId: 'fcc34397-aa32-5aa7-a8f0-b2296e12224d', facets: {} },
      job: { namespace: 'n', name: 'j', facets: {} },
      inputs: [],
      outputs: [],
    };
    const wrong: readonly object[] = [
      { eventType: 'BEGIN' },
      { eventTime: 'now' },
      { run: { runId: '1m86vjs3p000xapb', facets: {} } },
      { job: { name: 'j' } },
      { inputs: [{ namespace: 'n' }] },
      { outputs: [{ namespace: 'n', name: 'd', facets: { schema: { fields: [] } } }] },
    ];
    const faults = (change: object): number => rules.judge({ ...good, ...change }).length;
    for (const change of wrong) expect([change, faults(change) > faults({})]).toEqual([change, true]);
  });
});
