import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Commit, emptyState, type PartitionEntry, type TableState } from '../lake/commit.ts';
import { versionAsRead } from '../lake/published.ts';
import { datasetName } from '../layout/dataset-name.ts';
import { type LogicalDate, logicalDate } from '../layout/logical-date.ts';
import { objectKey } from '../layout/object-key.ts';
import type { DayDigest, LakeDigests } from '../ports/digest.ts';
import type { Column } from '../sql/column-type.ts';
import type { BuildStep } from '../steps/step.ts';
import { noteKept } from './note-kept.ts';

const dataset = datasetName('silver', 'fact');
const columns: readonly Column[] = ['a', 'b', 'c'].map((name) => ({ name, type: { kind: 'bigint' } }));

type Row = readonly number[];
type Version = Readonly<Record<string, readonly Row[]>>;

const key = (version: number, day: string) => objectKey(`v${version}/${day}`);
const asText = (rows: readonly Row[], of: readonly number[]) => JSON.stringify(rows.map((row) => of.map((i) => row[i])).sort());

/** Sums up rows that lie in memory, each day as a "file" of its version. */
function digestsOf(versions: readonly Version[]): Pick<LakeDigests, 'digestDays'> {
  return {
    digestDays: async (request) => {
      const at = request.columns.map(({ name }) => columns.findIndex((column) => column.name === name));
      const days = Object.entries(request.files).flatMap(([day, files]): [LogicalDate, DayDigest][] => {
        const rows = files.flatMap((file) => versions[Number(file.slice(1, 2))]?.[day] ?? []);
        if (rows.length === 0) return [];
        return [[logicalDate(day), { rows: rows.length, whole: asText(rows, at), columns: at.map((i) => asText(rows, [i])) }]];
      });
      return new Map(days);
    },
  };
}

function entries(version: number, rows: Version): Record<LogicalDate, PartitionEntry> {
  return Object.fromEntries(
    Object.entries(rows).map(([day, of]) => {
      const files = [{ key: key(version, day), rows: of.length, bytes: 1, checksum: 'sha256:1', columns: {} }];
      return [
        logicalDate(day),
        { version: version + 1, fingerprint: 'f', rows: of.length, files, refused: { rows: 0, files: [] }, inputs: {} },
      ];
    }),
  );
}

function tableOf(rows: Version, of = columns): TableState {
  return {
    ...emptyState(dataset),
    version: 1,
    fingerprint: 'before',
    columns: of,
    partitions: new Map(Object.entries(entries(0, rows)) as never),
  };
}

async function note(
  was: Version,
  now: Version,
  more: { readonly before?: TableState; readonly fingerprint?: string } = {},
): Promise<Commit> {
  const commit: Commit = {
    format: 1,
    dataset,
    version: 2,
    run: 'r',
    committedAt: '2024-01-01T00:00:00.000Z',
    columns,
    refusedColumns: [],
    fingerprint: more.fingerprint ?? 'now',
    partitions: entries(1, now),
    replaceAll: true,
    inputs: {},
    checks: [],
  };
  const digests = async () => digestsOf([was, now]) as LakeDigests;
  return noteKept({ commit: {} } as BuildStep, more.before ?? tableOf(was), commit, { digests }, { signal: new AbortController().signal });
}

const keptOf = ({ partitions }: Commit) => Object.fromEntries(Object.entries(partitions).map(([day, { kept }]) => [day, kept]));
const DAYS = ['2024-01-01', '2024-01-02'];

describe('what a table keeps when it is made again', () => {
  it('is the columns that hold what they held, in the same rows', async () => {
    const was = {
      '2024-01-01': [
        [1, 1, 1],
        [2, 2, 2],
      ],
      '2024-01-02': [[3, 3, 3]],
    };
    const now = {
      '2024-01-01': [
        [2, 2, 9],
        [1, 1, 1],
      ],
      '2024-01-02': [[3, 3, 3]],
    };
    const kept = { since: 1, columns: ['a', 'b'] };
    expect(keptOf(await note(was, now))).toEqual({ '2024-01-01': kept, '2024-01-02': kept });
  });

  it('is nothing where values only changed places, and nothing where a row is refused', async () => {
    const was = {
      '2024-01-01': [
        [1, 1, 1],
        [2, 2, 2],
      ],
    };
    expect(
      keptOf(
        await note(was, {
          '2024-01-01': [
            [1, 2, 1],
            [2, 1, 2],
          ],
        }),
      ),
    ).toEqual({ '2024-01-01': undefined });
    expect(keptOf(await note(was, { '2024-01-01': [[1, 1, 1]] }))).toEqual({ '2024-01-01': undefined });
  });

  it('is told day by day, and not at all where a day is no more', async () => {
    const was = { '2024-01-01': [[1, 1, 1]], '2024-01-02': [[3, 3, 3]] };
    const late = {
      '2024-01-01': [[1, 1, 1]],
      '2024-01-02': [
        [3, 3, 3],
        [4, 4, 4],
      ],
    };
    expect(keptOf(await note(was, late))).toEqual({ '2024-01-01': { since: 1, columns: ['a', 'b', 'c'] }, '2024-01-02': undefined });
    expect(keptOf(await note(was, { '2024-01-01': [[1, 1, 1]] }))).toEqual({ '2024-01-01': undefined });
  });

  it('is not looked for on ordinary days, and leaves out columns of another type', async () => {
    const rows = { '2024-01-01': [[1, 1, 1]] };
    expect(keptOf(await note(rows, rows, { fingerprint: 'before' }))).toEqual({ '2024-01-01': undefined });
    const [a, b] = columns;
    const before = tableOf(rows, [a, b, { name: 'c', type: { kind: 'varchar' } }].filter((column) => column !== undefined) as Column[]);
    expect(keptOf(await note(rows, rows, { before }))).toEqual({ '2024-01-01': { since: 1, columns: ['a', 'b'] } });
  });

  it('goes back to the version in which it was written, and not further', () => {
    const entry = { version: 7, kept: { since: 3, columns: ['a', 'b'] } };
    expect([['a'], [], ['a', 'c'], undefined].map((reads) => versionAsRead(entry, reads))).toEqual([3, 3, 7, 7]);
    expect(versionAsRead({ version: 7 }, ['a'])).toBe(7);
  });

  it('never is what another would see as changed', async () => {
    const row = fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1));
    const version = fc.record(Object.fromEntries(DAYS.map((day) => [day, fc.array(row, { maxLength: 4 })])));
    await fc.assert(
      fc.asyncProperty(version, version, async (was, now) => {
        const commit = await note(was, now);
        for (const [day, { kept }] of Object.entries(commit.partitions)) {
          if (kept === undefined) continue;
          const at = kept.columns.map((name) => columns.findIndex((column) => column.name === name));
          expect(asText(now[day] ?? [], at)).toBe(asText(was[day] ?? [], at));
          expect(now[day]?.length).toBe(was[day]?.length);
        }
        expect(keptOf(await note(was, was))).toEqual(Object.fromEntries(DAYS.map((day) => [day, { since: 1, columns: ['a', 'b', 'c'] }])));
      }),
      { numRuns: 300 },
    );
  });
});
