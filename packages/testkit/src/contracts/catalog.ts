import { addDays, type Catalog, type CatalogPartition, type CatalogUpdate, datasetName, logicalDate } from '@snowmelt/core/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A catalog to test, empty. */
export interface CatalogUnderTest {
  readonly catalog: Catalog;
  readonly dispose?: () => Promise<void>;
}

const dataset = datasetName('silver', 'orders');
const day = logicalDate('2024-01-15');
const columns = [
  { name: 'id', type: { kind: 'bigint' } },
  { name: 'amount', type: { kind: 'decimal', precision: 12, scale: 2 } },
] as const;

function partition(offset: number, attempt: string, rows = 10): CatalogPartition {
  const of = addDays(day, offset);
  const [year, month, date] = of.split('-');
  return { day: of, rows, locations: rows === 0 ? [] : [`silver/year=${year}/month=${month}/day=${date}/orders/${attempt}`] };
}

function update(version: number, partitions: readonly CatalogPartition[], replaceAll = false): CatalogUpdate {
  return { dataset, table: 'orders', columns, version, partitions, replaceAll };
}

/** The promise of the Catalog port, as tests. */
export function catalogContract(name: string, makeCatalog: () => Promise<CatalogUnderTest>): void {
  describe(`${name} keeps the promise of a Catalog`, () => {
    let subject: CatalogUnderTest;
    let catalog: Catalog;
    beforeEach(async () => {
      subject = await makeCatalog();
      catalog = subject.catalog;
    });
    afterEach(async () => {
      await subject.dispose?.();
    });

    it('knows nothing of a table that was not registered', async () => {
      expect(await catalog.get(dataset)).toBeUndefined();
      expect(await catalog.listPartitions(dataset)).toEqual([]);
    });

    it('gives back what was registered, partitions by day', async () => {
      await catalog.register(update(1, [partition(2, 'a'), partition(0, 'a'), partition(1, 'a', 0)]));
      expect(await catalog.get(dataset)).toEqual({ table: 'orders', columns, version: 1 });
      expect(await catalog.listPartitions(dataset)).toEqual([partition(0, 'a'), partition(1, 'a', 0), partition(2, 'a')]);
    });

    it('moves the partitions that a commit touched and keeps the others', async () => {
      await catalog.register(update(1, [partition(0, 'a'), partition(1, 'a')]));
      await catalog.register(update(2, [partition(1, 'b'), partition(2, 'b')]));
      expect(await catalog.listPartitions(dataset)).toEqual([partition(0, 'a'), partition(1, 'b'), partition(2, 'b')]);
      expect((await catalog.get(dataset))?.version).toBe(2);
    });

    it('drops partitions that are not listed when all are replaced', async () => {
      await catalog.register(update(1, [partition(0, 'a'), partition(1, 'a')]));
      await catalog.register(update(2, [partition(1, 'b')], true));
      expect(await catalog.listPartitions(dataset)).toEqual([partition(1, 'b')]);
    });

    it('may be told the same twice', async () => {
      for (let i = 0; i < 3; i++) await catalog.register(update(1, [partition(0, 'a'), partition(1, 'a')]));
      expect(await catalog.listPartitions(dataset)).toHaveLength(2);
    });

    it('ends in the newest state, whatever the order in which two commits arrive', async () => {
      await catalog.register(update(2, [partition(1, 'b')]));
      await catalog.register(update(1, [partition(0, 'a'), partition(1, 'a')]));
      expect((await catalog.get(dataset))?.version).toBe(2);
      expect(await catalog.listPartitions(dataset)).toEqual([partition(0, 'a'), partition(1, 'b')]);
    });

    it('keeps tables apart whose names begin alike', async () => {
      const longer = datasetName('silver', 'orders_archive');
      await catalog.register({ ...update(1, [partition(0, 'a')]), dataset: longer, table: 'orders_archive' });
      expect(await catalog.listPartitions(dataset)).toEqual([]);
      expect((await catalog.get(longer))?.table).toBe('orders_archive');
    });
  });
}
