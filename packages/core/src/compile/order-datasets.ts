import { type Place, SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';

/** A dataset and what it reads. */
export interface Dependent {
  readonly name: DatasetName;
  readonly reads: readonly DatasetName[];
  /** Where it says that it reads the other. */
  readonly place: (read: DatasetName) => Place;
}

/** Orders datasets so that each follows what it reads; those in a circle are left out and reported. */
export function orderDatasets(datasets: readonly Dependent[]): {
  readonly ordered: readonly DatasetName[];
  readonly errors: readonly SnowmeltError[];
} {
  const waiting = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const ordered = takeReady(waiting);
  const errors: SnowmeltError[] = [];
  for (let circle = findCircle(waiting); circle !== undefined; circle = findCircle(waiting)) {
    errors.push(cycleError(circle));
    for (const { name } of circle) waiting.delete(name);
    // What only waits for this circle is not broken itself.
    takeReady(waiting);
  }
  return { ordered, errors };
}

// Removes, in order, the datasets that wait for none of the others.
function takeReady(waiting: Map<DatasetName, Dependent>): DatasetName[] {
  const ready: DatasetName[] = [];
  for (let before = -1; before !== ready.length; ) {
    before = ready.length;
    for (const { name, reads } of [...waiting.values()]) {
      if (reads.some((read) => waiting.has(read))) continue;
      waiting.delete(name);
      ready.push(name);
    }
  }
  return ready;
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
  const [first, second = first] = circle;
  const names = [...circle.map(({ name }) => name), first?.name].join(' → ');
  return new SnowmeltError('compile/cycle', {
    message: `Datasets read each other in a circle: ${names}.`,
    hint: 'Remove one of these reads, e.g. by splitting a dataset in two.',
    at: first === undefined || second === undefined ? {} : { ...first.place(second.name), dataset: first.name },
  });
}
