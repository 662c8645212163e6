import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../testkit/src/fakes/manual-clock.ts';
import { memoryObjectStore } from '../../../testkit/src/fakes/memory-object-store.ts';
import type { Commit, PartitionEntry } from '../lake/commit.ts';
import { commitToTable, readTable } from '../lake/table-log.ts';
import { parseDatasetName } from '../layout/dataset-name.ts';
import { logicalDate } from '../layout/logical-date.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { rollbackTable } from './rollback-table.ts';

const dataset = parseDatasetName('gold.daily_sales');
const MONDAY = logicalDate('2024-01-15');
const ENTRY = { fingerprint: 'f', rows: 1, files: [], refused: { rows: 0, files: [] }, inputs: {} };

async function commit(store: ObjectStore, fingerprint: string, entry: Partial<PartitionEntry>, more: Partial<Commit> = {}): Promise<void> {
  const before = await readTable(store, dataset);
  const version = before.version + 1;
  const base = { format: 1, dataset, version, run: 'r', committedAt: manualClock().now().toISOString(), columns: [] } as const;
  const rest = { refusedColumns: [], fingerprint, replaceAll: false, inputs: {}, checks: [] };
  await commitToTable(store, before, { ...base, ...rest, partitions: { [MONDAY]: { ...ENTRY, version, ...entry } }, ...more });
}

const catalog = { register: async () => undefined, get: async () => undefined, listPartitions: async () => [] };

describe('rollbackTable', () => {
  it('brings back what the table said of itself, and counts all of it as newly written', async () => {
    const store = memoryObjectStore();
    const contract = { version: 1, protected: ['sales'] };
    await commit(store, 'first', {}, { contract });
    // Its rows are those of version 1 in this column, which is no longer so once a later version lies between.
    await commit(store, 'second', { kept: { since: 1, columns: ['sales'] } }, { contract, definition: { 'its SQL': 'b' } });
    await commit(store, 'third', {}, { contract: { version: 2, protected: [] } });
    await rollbackTable({ dataset, version: 2, retentionDays: 30 }, { store, catalog, clock: manualClock() });
    const after = await readTable(store, dataset);
    expect(after).toMatchObject({ version: 4, fingerprint: 'second', contract, definition: { 'its SQL': 'b' } });
    expect(after.partitions.get(MONDAY)).toEqual({ ...ENTRY, version: 4 });
  });
});
