import { it } from 'vitest';
import { demandRebuild } from './demand-rebuild.ts';

it('after any history of an extract in mode full the lake is what a rebuild gives', { timeout: 15 * 60_000 }, () =>
  demandRebuild('full', 170),
);
