import type { ExtractReport } from '@snowmelt/core/ports';
import { beforeAll, describe, expect, it } from 'vitest';
import { column, setUpBench } from './bench.ts';

const bench = setUpBench();

describe('a fault at any request', () => {
  const FAULTY = [column('id', 'BIGINT'), column('at', 'TIMESTAMP_NTZ')];
  const KINDS = [
    { kind: 'status', status: 429, retryAfterSeconds: 0 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 403 },
    { kind: 'status', status: 503, after: true },
    { kind: 'expired-token' },
    { kind: 'pending' },
    { kind: 'drop' },
    { kind: 'drop', after: true },
    { kind: 'truncate' },
    { kind: 'truncate', looksComplete: true },
    { kind: 'wrong-gzip' },
  ] as const;

  beforeAll(async () => {
    await bench.server().database.run(`CREATE OR REPLACE TABLE "FAULTY" AS
      SELECT i::DECIMAL(18,0) AS "ID", TIMESTAMP '2024-01-01' + to_seconds(i) AS "AT" FROM range(30) r(i)`);
  });

  it.each(['raw', 'unload', 'rows', 'chunks'] as const)(
    '%s: the extraction ends right, or the next one does',
    { timeout: 120_000 },
    async (transport) => {
      const before = bench.server().faults.requests().length;
      await bench.extract('FAULTY', FAULTY, transport);
      const requests = bench.server().faults.requests().length - before;
      expect(requests).toBeGreaterThan(3);
      for (const fault of KINDS) {
        for (let nth = 1; nth <= requests; nth++) {
          bench.server().faults.clear();
          bench.server().faults.add({ ...fault, match: { nth } });
          const source = bench.source();
          const first = await bench.extract('FAULTY', FAULTY, transport, source).catch((error: unknown) => error);
          const report = first instanceof Error ? await bench.extract('FAULTY', FAULTY, transport, source) : (first as ExtractReport);
          if (first instanceof Error) expect(first).toMatchObject({ code: expect.stringMatching(/^source\//) });
          const [sum] = await bench.query(`SELECT count(*)::INTEGER AS n, sum(id)::INTEGER AS s FROM ${bench.relationOf(report)}`);
          expect({ fault, nth, ...(sum as object) }).toEqual({ fault, nth, n: 30, s: 435 });
        }
      }
    },
  );
});
