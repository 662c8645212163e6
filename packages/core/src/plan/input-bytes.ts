import type { TableState } from '../lake/commit.ts';
import type { LakeState } from '../lake/published.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { Step } from '../steps/step.ts';

/** Says of each build how large the files are that it may read, as the table logs know them. */
export function withInputBytes(steps: readonly Step[], lake: LakeState): readonly Step[] {
  const sizes = new Map<string, ReadonlyMap<string, number>>();
  const sizesOf = (dataset: TableState['dataset']): ReadonlyMap<string, number> => {
    const known = sizes.get(dataset) ?? new Map(filesOf(lake.get(dataset)).map(({ key, bytes }) => [key, bytes]));
    sizes.set(dataset, known);
    return known;
  };
  return steps.map((step) => {
    if (step.kind === 'extract') return step;
    const read = step.request.stages.flatMap((stage) => {
      if (stage.kind !== 'input' && stage.kind !== 'lazy') return [];
      const files = stage.kind === 'input' ? stage.input.files : Object.values(stage.input.filesByDay).flat();
      return files.map((key) => [key, sizesOf(stage.input.dataset).get(key) ?? 0] as const);
    });
    // A file that is read under two names is read once, or nearly so.
    return { ...step, inputBytes: [...new Map(read).values()].reduce((sum, bytes) => sum + bytes, 0) };
  });
}

function filesOf(state: TableState | undefined): readonly DataFile[] {
  return [...(state?.partitions.values() ?? [])].flatMap(({ files, refused, batches = [] }) => [
    ...files,
    ...refused.files,
    ...batches.flatMap((batch) => [...batch.files, ...(batch.refused?.files ?? [])]),
  ]);
}
