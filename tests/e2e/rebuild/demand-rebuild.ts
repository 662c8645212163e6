import fc from 'fast-check';
import { expect } from 'vitest';
import { demandHistory } from './demand-history.ts';
import { histories } from './history.ts';
import type { Mode } from './pipeline.ts';
import { openTheatre } from './theatre.ts';

/** Demands of random histories that the lake they leave equals one that is built from the same bronze at once. */
export async function demandRebuild(mode: Mode, numRuns: number, sabotage?: Parameters<typeof openTheatre>[1]): Promise<void> {
  const theatre = await openTheatre(mode, sabotage);
  try {
    const property = fc.asyncProperty(histories, async (acts) => {
      const ending = await theatre.play(acts);
      expect(ending.grown).toEqual(ending.rebuilt);
      if (mode !== 'full') demandHistory(ending, mode === 'changes');
    });
    await fc.assert(property, {
      numRuns: Number(process.env['HISTORIES'] ?? numRuns),
      seed: 20240115,
      endOnFailure: true,
    });
  } finally {
    await theatre.close();
  }
}
