import type { Benchmark } from '../figures.ts';
import { inTemporaryFolder } from '../temporary-folder.ts';
import { measureFooters } from './footers.ts';
import { measureScan } from './scan.ts';

/** What checks cost: thirty of them against one plain aggregate scan, and those that footers answer on a table of 1,000 files. */
export const checks: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => [...(await measureScan(folder, log)), ...(await measureFooters(folder, log))]);
