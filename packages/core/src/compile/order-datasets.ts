import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';

/** A dataset and what it reads. */
export interface Dependent {
  readonly name: DatasetName;
  readonly reads: readonly DatasetName[];
  readonly file: string;
}

/** Orders datasets so that each follows what it reads; those in a circle are left out and reported. */
export function orderDatasets(datasets: readonly Dependent[]): {
  readonly ordered: readonly DatasetName[];
  readonly errors: readonly SnowmeltError[];
} {
  const waiting = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const ordered: DatasetName[] = [];
  for (let progress = true; progress; ) {
    progress = false;
    for (const dataset of [...waiting.values()]) {
      if (dataset.reads.some((read) => waiting.has(read))) continue;
      waiting.delete(dataset.name);
      ordered.push(dataset.name);
      progress = true;
    }
  }
  const circle = findCircle(waiting);
  return { ordered, errors: circle === undefined ? [] : [cycleError(circle)] };
}

// Every dataset still waiting leads into a circle: follow first reads until one comes again.
function findCircle(waiting: ReadonlyMap<DatasetName, Dependent>): readonly Dependent[] | undefined {
  const path: Dependent[] = [];
  let current = [...waiting.values()][0];
  while (current !== undefined && !path.includes(current)) {
    path.push(current);
    current = current.reads.flatMap((read) => waiting.get(read) ?? [])[0];
  }
  return current === undefined ? undefined : path.slice(path.indexOf(current));
}

function cycleError(circle: readonly Dependent[]): SnowmeltError {
  const [first] = circle;
  const names = [...circle.map(({ name }) => name), first?.name].join(' → ');
  return new SnowmeltError('compile/cycle', {
    message: `Datasets read each other in a circle: ${names}.`,
    hint: 'Remove one of these reads, e.g. by splitting a dataset in two.',
    at: { ...(first === undefined ? {} : { file: first.file, dataset: first.name }) },
  });
}
