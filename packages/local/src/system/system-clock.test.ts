import { expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';

it('gives identifiers that are unique and sorted by time', () => {
  const clock = systemClock();
  const ids = Array.from({ length: 5000 }, () => clock.newId());
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  expect(ids.every((id) => /^[0-9a-z]{16}$/.test(id))).toBe(true);
});

it('sleeps until it is told to stop', async () => {
  const clock = systemClock();
  const controller = new AbortController();
  await clock.sleep(1, controller.signal);
  const sleeping = clock.sleep(1_000_000, controller.signal);
  controller.abort();
  await expect(sleeping).rejects.toMatchObject({ code: 'run/interrupted' });
  await expect(clock.sleep(1, controller.signal)).rejects.toMatchObject({ code: 'run/interrupted' });
  expect(clock.now().getTime()).toBeGreaterThan(Date.parse('2024-01-01'));
});
