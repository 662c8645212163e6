import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionCutter, type StoredPartition, storeRows, writePartitions } from './partition-writer.ts';
import { resultStore } from './result-store.ts';

const rowsArbitrary = fc.array(fc.array(fc.option(fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 3 }), { maxLength: 40 });

describe('cutting rows into partitions', () => {
  it('keeps every row, in order, whatever the chunks and limits', () => {
    const limits = fc.record({
      rowsPerPartition: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(Number.POSITIVE_INFINITY)),
      partitionBytes: fc.integer({ min: 1, max: 300 }),
    });
    fc.assert(
      fc.property(rowsArbitrary, limits, fc.integer({ min: 1, max: 50 }), (rows, limit, chunkBytes) => {
        const text = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        const cutter = partitionCutter(limit);
        const cuts = [];
        for (let at = 0; at < text.length; at += chunkBytes) cuts.push(...cutter.feed(Buffer.from(text.subarray(at, at + chunkBytes))));
        const last = cutter.end(cuts.length === 0);
        if (last !== undefined) cuts.push(last);
        const parsed = cuts.map((cut) => JSON.parse(`[${Buffer.concat(cut.pieces).toString()}]`));
        expect(parsed.flat()).toEqual(rows);
        expect(parsed.map((part) => part.length)).toEqual(cuts.map((cut) => cut.rows));
        for (const cut of cuts) expect(cut.rows).toBeLessThanOrEqual(limit.rowsPerPartition);
        expect(cuts.length).toBeGreaterThan(0);
        if (rows.length > 0) expect(cuts.every((cut) => cut.rows > 0)).toBe(true);
      }),
    );
  });
});

const contentOf = async ({ content }: StoredPartition): Promise<unknown> =>
  JSON.parse((content.kind === 'memory' ? content.body : gunzipSync(await readFile(content.path))).toString());

describe('storing partitions', () => {
  it('writes a rows file as {"data":[…]}, compressed, in pieces', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rows-'));
    const store = await resultStore({ maxBytes: 1e9 });
    const place = store.open('h');
    const rows = Array.from({ length: 25_000 }, (_, at) => [String(at), null, 'x'.repeat(at % 200)]);
    await writeFile(join(folder, 'rows'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const partitions = await writePartitions(join(folder, 'rows'), place, {
      rowsPerPartition: Number.POSITIVE_INFINITY,
      partitionBytes: 1_500_000,
    });
    expect(partitions.length).toBe(3);
    const contents = await Promise.all(partitions.map(contentOf));
    expect(contents.flatMap((content) => (content as { data: unknown[] }).data)).toEqual(rows);
    expect(partitions[0]?.uncompressedSize).toBeLessThan(1_100_000);
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('keeps a small result in memory, and one without rows as a single empty partition', async () => {
    const store = await resultStore({ maxBytes: 1 });
    const limits = { rowsPerPartition: 100, partitionBytes: 1000 };
    const [empty, ...others] = await storeRows([], store.open('a'), limits);
    expect(others).toEqual([]);
    expect(empty).toMatchObject({ rowCount: 0, content: { kind: 'memory' } });
    const [one] = await storeRows(['["a\\nb"]'], store.open('b'), limits);
    expect(one && (await contentOf(one))).toEqual({ data: [['a\nb']] });
    await store.close();
  });

  it('refuses what is larger than its bound, and lets complete results give way first', async () => {
    const store = await resultStore({ maxBytes: 100 });
    const old = store.open('old');
    await old.add(80);
    old.finish();
    const fresh = store.open('new');
    await fresh.add(60);
    expect(old.isGone()).toBe(true);
    await expect(fresh.add(60)).rejects.toThrow(/larger than the 100 bytes/);
    await store.close();
  });
});
