import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BronzeRow, type Lab, openLab, type PlayedRun, type Scene } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab(tmpdir());
});
afterAll(() => lab.close());

const DAY = 86_400;
const errorOf = ({ record }: PlayedRun) => record?.steps[0]?.error;
const announced = ({ messages }: PlayedRun) => messages.flatMap((message) => (message.code.startsWith('extract/') ? [message] : []));
const shown = (rows: readonly BronzeRow[]) =>
  rows.map(({ id, value, batch, isDeleted }) => `${batch}: ${isDeleted ? '-' : '+'}${id}=${value}`).sort();

/** A table with two rows, extracted. */
async function extracted(settings: Parameters<Lab['begin']>[0]): Promise<Scene> {
  const scene = await lab.begin(settings);
  scene.wait(1);
  await scene.commit('INSERT INTO {table} VALUES (1, 10, {now}), (2, 20, {now})');
  scene.wait(1200);
  expect((await scene.run()).record?.status).toBe('done');
  return scene;
}

describe('changes', () => {
  it.each(['raw', 'unload'] as const)('come as the state before and the state after, deletes included: %s', async (transport) => {
    const scene = await extracted({ mode: 'changes', transport });
    await scene.commit('UPDATE {table} SET VALUE = 11 WHERE ID = 1; DELETE FROM {table} WHERE ID = 2');
    scene.wait(60);
    await scene.run();
    expect(shown(await scene.bronze())).toEqual(['0: +1=10', '0: +2=20', '1: +1=11', '1: -1=10', '1: -2=20']);
  });

  it('that Snowflake no longer knows are announced, and all rows read in place of what there was', async () => {
    const scene = await extracted({ mode: 'changes' });
    await scene.commit('DELETE FROM {table} WHERE ID = 2');
    scene.wait(2 * DAY);
    const run = await scene.run();
    expect(announced(run)).toEqual([
      expect.objectContaining({
        code: 'extract/restarted',
        dataset: 'bronze.items',
        why: expect.stringContaining('Time travel data is not available'),
      }),
    ]);
    expect(shown(await scene.bronze())).toEqual(['0: +1=10']);
    scene.wait(60);
    await scene.commit('UPDATE {table} SET VALUE = 11');
    scene.wait(60);
    expect(announced(await scene.run())).toEqual([]);
    expect(shown(await scene.bronze())).toEqual(['0: +1=10', '1: +1=11', '1: -1=10']);
  });

  it('that Snowflake no longer knows are an error where that is wanted, and the lake stays as it is', async () => {
    const scene = await extracted({ mode: 'changes', onGap: 'fail' });
    const before = await scene.table();
    scene.wait(2 * DAY);
    const run = await scene.run();
    expect(errorOf(run)).toMatchObject({
      code: 'source/history-unavailable',
      hint: expect.stringContaining('DATA_RETENTION_TIME_IN_DAYS'),
    });
    expect(await scene.table()).toEqual(before);
  });

  it('that nobody tracks are announced with the first extraction, and each further one reads all rows again', async () => {
    const scene = await lab.begin({ mode: 'changes' });
    await scene.statement('ALTER TABLE {table} SET CHANGE_TRACKING = FALSE');
    await scene.commit('INSERT INTO {table} VALUES (1, 10, NULL)');
    scene.wait(60);
    const first = await scene.run();
    expect(announced(first)).toMatchObject([{ code: 'extract/untracked', why: expect.stringContaining('Change tracking is not enabled') }]);
    await scene.commit('UPDATE {table} SET VALUE = 11');
    scene.wait(60);
    expect(announced(await scene.run())).toMatchObject([{ code: 'extract/restarted' }]);
    expect(shown(await scene.bronze())).toEqual(['0: +1=11']);
  });

  it('that nobody tracks are an error at once where that is wanted', async () => {
    const scene = await lab.begin({ mode: 'changes', onGap: 'fail' });
    await scene.statement('ALTER TABLE {table} SET CHANGE_TRACKING = FALSE');
    scene.wait(60);
    expect(errorOf(await scene.run())?.code).toBe('source/history-unavailable');
  });
});

describe('a day that is read again', () => {
  /** A first day with two rows, and a second, which is over, with two more and a change. */
  async function twoDays(settings: Parameters<Lab['begin']>[0]): Promise<Scene> {
    const scene = await extracted(settings);
    await scene.statement('ALTER TABLE {table} SET DATA_RETENTION_TIME_IN_DAYS = 5');
    scene.sleep();
    await scene.commit('INSERT INTO {table} VALUES (3, 30, {now}), (4, 40, {now})');
    scene.wait(1200);
    await scene.run();
    await scene.commit('UPDATE {table} SET VALUE = 11, CHANGED_AT = {now} WHERE ID = 1');
    scene.wait(1200);
    await scene.run();
    scene.sleep();
    await scene.run({ daysAgo: 1 });
    return scene;
  }

  it.each([
    ['changes', ['1: +1=11', '1: -1=10'], '2: -1=11'],
    ['window', ['1: +1=11'], '2: +1=12'],
  ] as const)('in mode %s takes the place of its batches; the next one begins where it would have', async (mode, change, next) => {
    const scene = await twoDays({ mode });
    const before = await scene.table();
    const { record } = await scene.run({ daysAgo: 1, refetch: true });
    expect(record?.steps).toMatchObject([{ status: 'done', reason: expect.stringMatching(/in place of 3 batches; the watermark stays$/) }]);
    expect((await scene.table()).watermark).toEqual(before.watermark);
    expect(shown(await scene.bronze())).toEqual(['0: +1=10', '0: +2=20', ...change, '1: +3=30', '1: +4=40'].sort());
    await scene.commit('UPDATE {table} SET VALUE = 12, CHANGED_AT = {now} WHERE ID = 1');
    scene.wait(1200);
    await scene.run();
    expect(shown(await scene.bronze()).at(-1)).toBe(next);
  });

  it('is an error in mode changes when Snowflake no longer knows it', async () => {
    const scene = await twoDays({ mode: 'changes' });
    const before = await scene.table();
    scene.wait(6 * DAY);
    expect(errorOf(await scene.run({ daysAgo: 7, refetch: true }))?.code).toBe('source/history-unavailable');
    expect(await scene.table()).toEqual(before);
  });

  it('in mode keys-diff follows behind all there is, and tells what was deleted if it is the last', async () => {
    const scene = await twoDays({ mode: 'keys-diff' });
    const { watermark } = await scene.table();
    await scene.commit('UPDATE {table} SET VALUE = 31 WHERE ID = 3; DELETE FROM {table} WHERE ID = 2');
    const added = async (daysAgo: number) => {
      const before = await scene.bronze();
      await scene.run({ daysAgo, refetch: true });
      return shown((await scene.bronze()).slice(before.length)).map((row) => row.slice(row.indexOf(':') + 2));
    };
    // Rows 1 and 2 were written on the first day, and 1 again on the second.
    expect(await added(1)).toEqual(['+1=11', '+3=31', '+4=40', '-1=11', '-2=20', '-3=30', '-4=40']);
    expect(await added(2)).toEqual([]);
    expect((await scene.table()).watermark).toEqual(watermark);
  });

  it('in mode full is the present content, and only of the last day', async () => {
    const scene = await twoDays({ mode: 'full' });
    await scene.commit('DELETE FROM {table} WHERE ID = 2');
    const kept = await scene.run({ daysAgo: 2, refetch: true });
    expect([kept.record?.status, announced(kept)]).toEqual(['nothing-to-do', [expect.objectContaining({ code: 'extract/kept' })]]);
    await scene.run({ daysAgo: 1, refetch: true });
    expect([...(await scene.table()).partitions.values()].map(({ rows }) => rows)).toEqual([2, 3]);
  });
});

describe('keys that are no longer there', () => {
  it.each(['raw', 'unload'] as const)(
    'come as the last state of their rows, and so does the state before a change: %s',
    async (transport) => {
      const scene = await extracted({ mode: 'keys-diff', transport });
      await scene.commit('UPDATE {table} SET VALUE = 11, CHANGED_AT = {now} WHERE ID = 1; DELETE FROM {table} WHERE ID = 2');
      scene.wait(DAY);
      await scene.run();
      expect(shown(await scene.bronze())).toEqual(['0: +1=10', '0: +2=20', '1: +1=11', '1: -1=10', '1: -2=20']);
    },
  );

  it.each(['changes', 'keys-diff'] as const)('cannot be NULL, in mode %s', async (mode) => {
    const scene = await extracted({ mode });
    const before = await scene.table();
    await scene.commit('INSERT INTO {table} VALUES (NULL, 1, {now})');
    scene.wait(1200);
    expect(errorOf(await scene.run())).toMatchObject({ code: 'source/null-key', message: expect.stringContaining('`id`') });
    expect(await scene.table()).toEqual(before);
  });
});
