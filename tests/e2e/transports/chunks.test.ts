import type { ParquetWriter } from '@snowmelt/core/ports';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { column, setUpBench } from './bench.ts';

const bench = setUpBench();
const ID = [column('id', 'BIGINT')];

/** What the session protocol was asked since the test began, shortened; chunks by their number. */
const asked = (): readonly string[] =>
  bench
    .server()
    .faults.requests()
    .flatMap(({ path }) => {
      if (path.startsWith('/api/')) return [];
      return path
        .replace(/\?(?!delete).*|&.*/g, '')
        .replace(/[0-9a-f-]{36}/, 'ID')
        .replace('/session/v1/login-request', 'login')
        .replace('/session/token-request', 'renew')
        .replace('/session?delete=true', 'close')
        .replace('/queries/v1/query-request', 'query')
        .replace('/queries/ID/result', 'result')
        .replace('/queries/v1/abort-request', 'abort')
        .replace('/chunks/ID/', 'chunk ');
    });
const CHUNKS = ['chunk 1', 'chunk 2', 'chunk 3', 'chunk 4'];

beforeAll(() => bench.server().database.run(`CREATE TABLE "CHUNKED" AS SELECT i::DECIMAL(18,0) AS "ID" FROM range(30) r(i)`));
beforeEach(() => bench.server().faults.forgetRequests());

// One part after the other comes in the order that it is asked for.
const inOrder = () => bench.source({ limits: { maxFetches: 1 } });
const extract = (source = inOrder()) => bench.extract('CHUNKED', ID, 'chunks', source);

async function sumOf(report: Awaited<ReturnType<typeof extract>>): Promise<unknown> {
  const [only] = await bench.query(`SELECT count(*)::INTEGER AS n, sum(id)::INTEGER AS s FROM ${bench.relationOf(report)}`);
  return only;
}
const ALL = { n: 30, s: 435 };

describe('transport chunks', () => {
  it('opens one session, fetches the parts, and closes the session', async () => {
    const report = await extract();
    expect(await sumOf(report)).toEqual(ALL);
    expect(asked()).toEqual(['login', 'query', ...CHUNKS, 'close']);
    const raw = await bench.extract('CHUNKED', ID, 'raw');
    // Each part lacks its two brackets.
    expect(report.bytesFetched).toBe(raw.bytesFetched - 2 * CHUNKS.length);
  });

  it('fetches no part of a result that has none', async () => {
    const report = await bench.extract('SELECT id FROM chunked WHERE id < 0', ID, 'chunks');
    expect(report).toMatchObject({ rows: 0, files: [], transport: 'chunks' });
    expect(asked()).toEqual(['login', 'query', 'close']);
  });

  it('shares the session among extractions that run at once, and opens another one afterwards', async () => {
    const source = bench.source();
    for (const report of await Promise.all([extract(source), extract(source), extract(source)])) expect(await sumOf(report)).toEqual(ALL);
    expect(asked().filter((what) => what === 'login' || what === 'close')).toEqual(['login', 'close']);
    expect(asked().filter((what) => what === 'query')).toHaveLength(3);
    expect(await sumOf(await extract(source))).toEqual(ALL);
    expect(asked().filter((what) => what === 'login' || what === 'close')).toEqual(['login', 'close', 'login', 'close']);
  });

  it.each([
    [1, ['chunk 1', 'chunk 1']],
    [4, CHUNKS],
  ])('fetches %s parts at once', async (maxFetches, first) => {
    // The first part does not come before it is asked for again.
    bench.server().faults.add({ kind: 'hang', match: { path: /chunks\/.*\/1\?/ } });
    expect(await sumOf(await extract(bench.source({ limits: { maxFetches } })))).toEqual(ALL);
    const order = asked().filter((what) => what.startsWith('chunk'));
    expect(order.slice(0, first.length).sort()).toEqual(first);
    expect(order).toHaveLength(5);
  });

  it('writes as many files as the limit says, of which none is counted twice', async () => {
    const report = await extract(bench.source({ fileBytes: 60 }));
    expect(report.files.map(({ rows }) => rows)).toEqual([7, 7, 7, 7, 2]);
    expect(await sumOf(report)).toEqual(ALL);
  });

  it('asks on while the statement runs', async () => {
    bench.server().faults.add({ kind: 'pending', match: { path: /query-request|\/result/, times: 4 } });
    expect(await sumOf(await extract())).toEqual(ALL);
    expect(asked()).toEqual(['login', 'query', 'result', 'result', 'result', 'result', ...CHUNKS, 'close']);
  });

  it('sends a statement again under the same id', async () => {
    bench.server().faults.add({ kind: 'drop', after: true, match: { path: 'query-request' } });
    expect(await sumOf(await extract())).toEqual(ALL);
    const sent = bench
      .server()
      .faults.requests()
      .flatMap(({ path }) => /query-request.*requestId=([^&]+)/.exec(path)?.[1] ?? []);
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(1);
  });
});

describe('silence', () => {
  it.each(['login-request', 'query-request', '/chunks/', 'session?delete'])('at %s does not keep the rows from coming', async (path) => {
    const fault = bench.server().faults.add({ kind: 'hang', match: { path } });
    expect(await sumOf(await extract(bench.source({ idleTimeoutMs: 300 })))).toEqual(ALL);
    expect(fault.hits()).toBe(1);
  });
});

describe('a session that ends early', () => {
  it('is renewed, and the statement sent again', async () => {
    bench.server().faults.add({ kind: 'expired-token', match: { path: 'query-request' } });
    expect(await sumOf(await extract())).toEqual(ALL);
    expect(asked()).toEqual(['login', 'query', 'renew', 'query', ...CHUNKS, 'close']);
  });

  /** A source whose server does something before the first file is written, when some parts are still to come. */
  const sourceThat = (act: () => void) => {
    const real = bench.writer();
    const writer: ParquetWriter = {
      ...real,
      write(request, signal) {
        if (request.name === 'part-00000') act();
        return real.write(request, signal);
      },
    };
    return bench.source({ writer, fileBytes: 60, limits: { maxFetches: 1 } });
  };

  it.each([
    ['session', ['renew']],
    ['master', ['renew', 'login']],
  ] as const)('while parts are fetched: its %s token has expired when the result is asked for again', async (kind, again) => {
    const source = sourceThat(() => {
      bench.server().sessions.expire('session');
      if (kind === 'master') bench.server().sessions.expire('master');
      bench.server().faults.add({ kind: 'status', status: 403, match: { path: /chunks\/.*\/3\?/ } });
    });
    expect(await sumOf(await extract(source))).toEqual(ALL);
    const [before, after] = [asked().indexOf('chunk 3'), asked().lastIndexOf('chunk 3')];
    expect(asked().slice(before, after + 1)).toEqual(['chunk 3', 'result', ...again, 'result', 'chunk 3']);
    expect(asked().at(-1)).toBe('close');
  });

  it('is not opened again for ever', async () => {
    bench.server().faults.add({ kind: 'expired-token', match: { path: 'query-request', times: 100 } });
    await expect(extract()).rejects.toMatchObject({ code: 'source/authentication' });
    expect(asked().filter((what) => what === 'query')).toHaveLength(4);
    expect(asked().at(-1)).toBe('close');
  });
});

describe('a part', () => {
  it('that is refused is asked for at a fresh address, of which all are asked for once', async () => {
    bench.server().faults.add({ kind: 'status', status: 403, match: { path: '/chunks/', times: 4 } });
    expect(await sumOf(await extract(bench.source()))).toEqual(ALL);
    expect(asked().filter((what) => what === 'result')).toHaveLength(1);
    expect(
      asked()
        .filter((what) => what.startsWith('chunk'))
        .sort(),
    ).toEqual(CHUNKS.flatMap((chunk) => [chunk, chunk]));
  });

  it('that is refused again and again ends the extraction, and says what to do', async () => {
    bench.server().faults.add({ kind: 'status', status: 403, match: { path: '/chunks/', times: 100 } });
    const host = new URL(bench.server().url).host;
    await expect(extract()).rejects.toMatchObject({
      code: 'source/unreachable',
      message: expect.stringContaining('HTTP 403'),
      hint: expect.stringContaining(host),
    });
  });

  it.each([
    ['ends early and looks complete', { kind: 'truncate', looksComplete: true }],
    ['cannot be unpacked', { kind: 'wrong-gzip' }],
  ] as const)('and whose body %s is fetched again, once', async (_, fault) => {
    bench.server().faults.add({ ...fault, match: { path: '/chunks/', nth: 2 } });
    expect(await sumOf(await extract())).toEqual(ALL);
    expect(asked()).toEqual(['login', 'query', ...CHUNKS, ...CHUNKS, 'close']);
    const files = await bench.store().list('bronze/');
    bench.server().faults.add({ ...fault, match: { path: '/chunks/', times: 100 } });
    await expect(extract()).rejects.toMatchObject({ code: expect.stringMatching(/^source\/(protocol|rows-differ)$/) });
    expect(await bench.store().list('bronze/')).toEqual(files);
  });

  it('and whose body is something else ends the extraction, and no row is taken', async () => {
    bench.server().faults.add({ kind: 'expired-token', match: { path: '/chunks/' } });
    const files = await bench.store().list('bronze/');
    await expect(extract()).rejects.toMatchObject({ code: 'source/protocol' });
    expect(await bench.store().list('bronze/')).toEqual(files);
    expect(await sumOf(await extract())).toEqual(ALL);
  });
});

describe('a stop', () => {
  it('cancels the statement and closes the session', async () => {
    const stop = new AbortController();
    bench.server().faults.add({ kind: 'pending', match: { path: 'query-request' } });
    bench.server().faults.add({ kind: 'hang', match: { path: '/result', times: 100 } });
    const failure = bench.extract('CHUNKED', ID, 'chunks', bench.source(), stop.signal).catch((error: unknown) => error);
    while (!asked().includes('result')) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await failure).toMatchObject({ code: 'run/interrupted' });
    expect(asked()).toEqual(['login', 'query', 'result', 'abort', 'close']);
  });
});
