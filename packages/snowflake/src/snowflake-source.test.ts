import { type ExtractRequest, type ExtractWindow, logicalDate, parseDatasetName, type Source } from '@snowmelt/core/ports';
import { afterEach, describe, expect, it } from 'vitest';
import { column, type FakeResult, fakeSqlApi } from '../test-support/fake-sql-api.ts';
import { CONNECTION, hurriedClock, oneSecret, type RowKeeper, rowKeeper } from '../test-support/fakes.ts';
import { type Reply, type ScriptedServer, type SeenRequest, startScriptedServer } from '../test-support/scripted-server.ts';
import { snowflakeSource } from './snowflake-source.ts';

const COLUMNS = [column('ID', 'fixed'), column('UPDATED_AT', 'timestamp_ntz', 0, 9)];
const HIGH = '2024-01-16 00:00:00.000000000';
const CONTEXT = { attempt: 'a1', signal: new AbortController().signal };
const WINDOW: ExtractWindow = { kind: 'window', watermark: 'updated_at', until: '2024-01-16T00:00:00Z', lagSeconds: 0, nulls: 'fail' };

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A table of `partitions`, of which `nulls` rows have no watermark. */
function tableApi(partitions: FakeResult['partitions'], nulls = 0): (request: SeenRequest) => Reply {
  return fakeSqlApi((sql) => {
    if (sql.endsWith('LIMIT 0')) return { columns: COLUMNS, partitions: [[]] };
    return sql.includes('"HIGH"') ? { partitions: [[[HIGH, String(nulls)]]] } : { columns: COLUMNS, partitions };
  });
}

interface Setup {
  readonly source: Source;
  readonly writer: RowKeeper;
  readonly server: ScriptedServer;
  /** The statements that the server was sent. */
  statements(): readonly string[];
}

async function setUp(script: (request: SeenRequest) => Reply): Promise<Setup> {
  const server = await startScriptedServer(script);
  servers.push(server);
  const writer = rowKeeper();
  const source = snowflakeSource({ connection: { ...CONNECTION, url: server.url }, writer, secrets: oneSecret(), clock: hurriedClock() });
  const statements = () => server.requests.filter(({ body }) => body !== '').map(({ body }) => JSON.parse(body).statement);
  return { source, writer, server, statements };
}

function request(window: ExtractWindow = { kind: 'full' }): ExtractRequest {
  return {
    dataset: parseDatasetName('bronze.orders'),
    relation: { kind: 'table', table: 'ORDERS' },
    columns: [
      { name: 'id', source: 'ID', type: { kind: 'bigint' } },
      { name: 'updated_at', source: 'UPDATED_AT', type: { kind: 'timestamp' } },
    ],
    window,
    transport: 'raw',
    day: logicalDate('2024-01-15'),
    prefix: 'bronze/orders/{attempt}',
  };
}

/** `count` partitions of two rows of about 100 bytes each. */
function manyPartitions(count: number): FakeResult['partitions'] {
  return Array.from({ length: count }, (_, at) => [0, 1].map((row) => [`${at * 2 + row}`, 'é'.repeat(50)]));
}

describe('ping', () => {
  it('says as whom it is connected, and where', async () => {
    const { source } = await setUp(fakeSqlApi(() => ({ partitions: [[['AB12345', 'ETL', 'READER', null, '9.1.0']]] })));
    expect(await source.ping(CONTEXT.signal)).toBe('Snowflake 9.1.0, account AB12345, user ETL, role READER, warehouse none');
  });
});

describe('a full extraction', () => {
  it('brings all partitions, in order, and leaves nothing behind', async () => {
    const partitions = manyPartitions(7);
    const { source, writer, statements } = await setUp(tableApi(partitions));
    const report = await source.extract(request(), CONTEXT);
    expect(writer.rows()).toEqual(partitions.flat());
    expect(report).toMatchObject({ rows: 14, window: {}, statements: ['handle-0', 'handle-1'] });
    expect(report.files.map(({ key }) => key)).toEqual(['bronze/orders/a1/part-00000.parquet']);
    expect(report.bytesFetched).toBe(partitions.reduce((sum, rows) => sum + Buffer.byteLength(JSON.stringify(rows)), 0));
    expect(writer.requests[0]?.columns.map(({ encoding }) => encoding)).toEqual(['text', 'epoch_us']);
    expect(await writer.leftovers()).toEqual([]);
    expect(statements()).toEqual([
      'SELECT * FROM "SHOP"."PUBLIC"."ORDERS" LIMIT 0',
      'SELECT "ID" AS "id", IFF(MOD(DATE_PART(nanosecond, "UPDATED_AT"), 1000) <> 0, 9223372036854775807, DATE_PART(epoch_microsecond, "UPDATED_AT")) AS "updated_at" FROM "SHOP"."PUBLIC"."ORDERS"',
    ]);
  });

  it('writes no file for no rows', async () => {
    const { source, writer } = await setUp(tableApi([[]]));
    expect(await source.extract(request(), CONTEXT)).toMatchObject({ rows: 0, files: [] });
    expect(writer.requests).toEqual([]);
  });

  it('fetches a partition again when the connection breaks underway', async () => {
    const partitions = manyPartitions(3);
    const api = tableApi(partitions);
    let breaks = 2;
    const { source, writer } = await setUp((asked) => {
      const reply = api(asked);
      return asked.query.get('partition') === '2' && breaks-- > 0 ? { ...reply, cut: 20 } : reply;
    });
    await source.extract(request(), CONTEXT);
    expect(writer.rows()).toEqual(partitions.flat());
  });

  it('reads the first partition again when the connection breaks within the answer', async () => {
    const partitions = manyPartitions(2);
    const api = tableApi(partitions);
    let breaks = 1;
    const { source, writer } = await setUp((asked) => {
      const reply = api(asked);
      return asked.path.endsWith('handle-1') && reply.status === undefined && breaks-- > 0 ? { ...reply, cut: 300 } : reply;
    });
    await source.extract(request(), CONTEXT);
    expect(writer.rows()).toEqual(partitions.flat());
  });

  it('refuses a result whose parts do not add up', async () => {
    const api = tableApi([[['1', '2']]]);
    const { source, writer } = await setUp((asked) => {
      const { body, ...reply } = api(asked);
      return { ...reply, body: String(body).replace('"numRows":1', `"numRows":${asked.path.endsWith('handle-1') ? 2 : 1}`) };
    });
    await expect(source.extract(request(), CONTEXT)).rejects.toMatchObject({ code: 'source/rows-differ' });
    expect(writer.requests).toEqual([]);
  });

  it.each([
    ['a web page', '<html></html>'],
    ['a partition that is cut short', '{"data":[["1","2"'],
  ])('refuses %s in place of a partition, and clears up', async (_, body) => {
    const api = tableApi(manyPartitions(3));
    const { source, writer } = await setUp((asked) => (asked.query.get('partition') === '1' ? { body } : api(asked)));
    await expect(source.extract(request(), CONTEXT)).rejects.toMatchObject({ code: 'source/protocol', at: { dataset: 'bronze.orders' } });
    expect(await writer.leftovers()).toEqual([]);
  });

  it('stops when the run does, and clears up', async () => {
    const stop = new AbortController();
    const api = tableApi(manyPartitions(30));
    const { source, writer } = await setUp((asked) => {
      if (asked.query.get('partition') === '5') stop.abort();
      return api(asked);
    });
    await expect(source.extract(request(), { ...CONTEXT, signal: stop.signal })).rejects.toMatchObject({ code: 'run/interrupted' });
    expect(await writer.leftovers()).toEqual([]);
  });
});

describe('a window', () => {
  it('is fixed before it is read, and reported as read', async () => {
    const { source, statements } = await setUp(tableApi([[['1', '1705312800000000']]]));
    const report = await source.extract(request({ ...WINDOW, low: '2024-01-15 00:00:00.5' }), CONTEXT);
    expect(report.window).toEqual({ low: '2024-01-15 00:00:00.500000000', high: HIGH });
    expect(report.statements).toHaveLength(3);
    expect(statements().at(-1)).toContain(
      `WHERE "UPDATED_AT" >= '2024-01-15 00:00:00.500000000'::TIMESTAMP_NTZ AND "UPDATED_AT" < '${HIGH}'::TIMESTAMP_NTZ`,
    );
  });

  it('that is empty is not read', async () => {
    const { source, statements } = await setUp(tableApi([]));
    const report = await source.extract(request({ ...WINDOW, low: '2024-01-17' }), CONTEXT);
    const low = '2024-01-17 00:00:00.000000000';
    expect(report).toMatchObject({ rows: 0, files: [], window: { low, high: low } });
    expect(statements()).toHaveLength(2);
  });

  it('is refused where rows without a watermark would be lost', async () => {
    const { source } = await setUp(tableApi([], 3));
    await expect(source.extract(request(WINDOW), CONTEXT)).rejects.toMatchObject({
      code: 'source/null-watermark',
      message: expect.stringContaining('3 rows of table `ORDERS`'),
      at: { dataset: 'bronze.orders', field: 'updated_at' },
    });
  });
});

describe('an extraction in slices', () => {
  const sliced = (): ExtractRequest => ({ ...request(), slices: { count: 6, by: ['id'] } });

  /** One row in each slice. A slice's statement ends when as many run as may, so that each place is seen to be used. */
  function slicedApi(limit = 1) {
    const running = new Set<string>();
    let [most, ended] = [0, 0];
    const api = fakeSqlApi((sql) => {
      if (sql.endsWith('LIMIT 0')) return { columns: COLUMNS, partitions: [[]] };
      if (sql.includes('SYSDATE')) return { partitions: [[[HIGH]]] };
      return sql.includes('COUNT(*)') ? { partitions: [[['6']]] } : { columns: COLUMNS, partitions: [[[sql.at(-1) ?? '', HIGH]]] };
    });
    const script = (asked: SeenRequest): Reply => {
      const handle = asked.path.split('/').at(-1) ?? '';
      const isSlice = asked.method === 'GET' && running.has(handle);
      if (isSlice && running.size < Math.min(limit, 6 - ended)) return { status: 202, body: JSON.stringify({ statementHandle: handle }) };
      const reply = api(asked);
      if (asked.body.includes('HASH')) running.add(JSON.parse(String(reply.body)).statementHandle);
      most = Math.max(most, running.size);
      if (isSlice && reply.status === undefined && running.delete(handle)) ended += 1;
      return reply;
    };
    return { script, most: () => most };
  }

  it.each([1, 2, 4])('has as many statements running as the source allows, and no more: %i', async (maxStatements) => {
    const { script, most } = slicedApi(maxStatements);
    const server = await startScriptedServer(script);
    servers.push(server);
    const writer = rowKeeper();
    const connection = { ...CONNECTION, url: server.url, maxStatements };
    const source = snowflakeSource({ connection, writer, secrets: oneSecret(), clock: hurriedClock() });
    const report = await source.extract(sliced(), CONTEXT);
    expect(report).toMatchObject({ rows: 6, reference: { kind: 'instant', at: HIGH } });
    expect(report.files.map(({ key }) => key)).toEqual([0, 1, 2, 3, 4, 5].map((at) => `bronze/orders/a1/slice-0${at}-00000.parquet`));
    expect(most()).toBe(maxStatements);
    expect(await writer.leftovers()).toEqual([]);
  });

  it('asks each slice of the table at the same instant, by the hash of the key', async () => {
    const { source, statements } = await setUp(slicedApi().script);
    await source.extract(sliced(), CONTEXT);
    const table = `"SHOP"."PUBLIC"."ORDERS" AT(TIMESTAMP => '${HIGH}+00:00'::TIMESTAMP_LTZ)`;
    const [, , count, ...slices] = statements();
    expect(count).toBe(`SELECT COUNT(*) FROM ${table}`);
    expect(new Set(slices.map((sql) => sql.slice(sql.indexOf(' FROM '))))).toEqual(
      new Set([0, 1, 2, 3, 4, 5].map((at) => ` FROM ${table} WHERE MOD(MOD(HASH("ID"), 6) + 6, 6) = ${at}`)),
    );
  });

  it('refuses slices that are together not what was counted, and ends all when one fails', async () => {
    const { script: api } = slicedApi();
    const fewer = await setUp((asked) => {
      const reply = api(asked);
      return { ...reply, ...(asked.body.includes('COUNT(*)') ? { body: String(reply.body).replace('"6"', '"7"') } : {}) };
    });
    await expect(fewer.source.extract(sliced(), CONTEXT)).rejects.toMatchObject({ code: 'source/rows-differ' });
    const broken = await setUp((asked) =>
      asked.body.includes(', 6) = 3') ? { status: 422, body: '{"code":"000904","message":"no"}' } : api(asked),
    );
    await expect(broken.source.extract(sliced(), CONTEXT)).rejects.toMatchObject({ code: 'source/statement-failed' });
    expect(await broken.writer.leftovers()).toEqual([]);
  });
});

describe('snowflakeSource', () => {
  it('sends credentials over https only', () => {
    const options = { writer: rowKeeper(), secrets: oneSecret(), clock: hurriedClock() };
    expect(() => snowflakeSource({ ...options, connection: { ...CONNECTION, url: 'http://example.com' } })).toThrow(
      expect.objectContaining({ code: 'config/invalid' }),
    );
    expect(() => snowflakeSource({ ...options, connection: CONNECTION })).not.toThrow();
  });
});
