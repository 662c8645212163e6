import { it } from 'vitest';
import { demandRebuild } from './demand-rebuild.ts';

it('after any history of an extract in mode changes the lake is what a rebuild gives', { timeout: 15 * 60_000 }, () =>
  demandRebuild('changes', 170),
);
