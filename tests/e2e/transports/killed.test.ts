import { storedAttemptNotes } from '@snowmelt/core/pipeline';
import type { AttemptNotes, ParquetWriter } from '@snowmelt/core/ports';
import { beforeAll, describe, expect, it } from 'vitest';
import { column, setUpBench } from './bench.ts';

const bench = setUpBench();

/** Notes that stay when the process dies: nothing is cleared any more. */
const mortal = (notes: AttemptNotes): AttemptNotes => ({ ...notes, clear: async () => {} });

describe('an attempt that was killed', () => {
  const MANY = [column('id', 'BIGINT'), column('label', 'VARCHAR')];
  const statements = () =>
    bench
      .server()
      .faults.requests()
      .filter(({ method, path }) => method === 'POST' && /^\/(api\/v2\/statements\?|queries\/v1\/query-request)/.test(path)).length;

  beforeAll(async () => {
    await bench
      .server()
      .database.run(`CREATE OR REPLACE TABLE "KILLED" AS SELECT i::DECIMAL(18,0) AS "ID", 'row ' || i AS "LABEL" FROM range(100) r(i)`);
  });

  it('while it unloaded is taken up: the statement does not run again', async () => {
    const notes = storedAttemptNotes(bench.store());
    const dying: ParquetWriter = {
      ...bench.writer(),
      land: async () => {
        throw new Error('killed');
      },
    };
    await expect(bench.extract('KILLED', MANY, 'unload', bench.source({ writer: dying, attempts: mortal(notes) }))).rejects.toThrow(
      'killed',
    );
    const before = statements();
    const report = await bench.extract('KILLED', MANY, 'unload', bench.source({ attempts: notes }));
    expect(report.rows).toBe(100);
    // Only the description of the table was asked for anew.
    expect(statements() - before).toBe(1);
    expect(await bench.compare(report, await bench.extract('KILLED', MANY, 'raw'))).toMatchObject({ differences: 0 });
    expect(await bench.store().list('artifacts/logs/attempts/')).toEqual([]);
  });

  it.each(['raw', 'chunks'] as const)(
    'while %s fetched is taken up: finished files are kept, and the statement does not run again',
    async (transport) => {
      const notes = storedAttemptNotes(bench.store());
      const real = bench.writer();
      let written = 0;
      const dying: ParquetWriter = {
        ...real,
        write: async (request, signal) => {
          if (written++ === 2) throw new Error('killed');
          return await real.write(request, signal);
        },
      };
      const small = (writer: ParquetWriter, attempts: AttemptNotes) => bench.source({ writer, attempts, fileBytes: 300 });
      await expect(bench.extract('KILLED', MANY, transport, small(dying, mortal(notes)))).rejects.toThrow('killed');
      const before = statements();
      const names: string[] = [];
      const watching: ParquetWriter = {
        ...real,
        write: async (request, signal) => {
          names.push(request.name);
          return await real.write(request, signal);
        },
      };
      const report = await bench.extract('KILLED', MANY, transport, small(watching, notes));
      expect(report.rows).toBe(100);
      expect(statements() - before).toBe(1);
      expect(names).not.toContain('part-00000');
      expect(names).not.toContain('part-00001');
      expect(names).toContain('part-00002');
      const folders = new Set(report.files.map(({ key }) => key.slice(0, key.lastIndexOf('/'))));
      expect(folders.size).toBe(1);
      expect(await bench.compare(report, await bench.extract('KILLED', MANY, 'unload'))).toMatchObject({ differences: 0 });
    },
  );

  it('is forgotten when Snowflake no longer has its statement, or its note is of another query', async () => {
    const notes = storedAttemptNotes(bench.store());
    const stale: AttemptNotes = {
      ...notes,
      read: async () => {
        const note = { sql: 'SELECT 1', handle: 'gone', transport: 'raw', files: {} };
        return JSON.stringify({ startedAt: Date.now(), note });
      },
    };
    expect(await bench.extract('KILLED', MANY, 'auto', bench.source({ attempts: stale }))).toMatchObject({ rows: 100, transport: 'raw' });
    const broken = { ...notes, read: async () => '{"half' };
    expect(await bench.extract('KILLED', MANY, 'raw', bench.source({ attempts: broken }))).toMatchObject({ rows: 100 });
  });
});
