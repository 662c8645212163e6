import type { PartitionEntry, TableState } from '../../lake/commit.ts';
import { publishedFiles } from '../../lake/published.ts';
import { bucketOf } from '../../layout/bucket-file.ts';
import { relationOf } from '../../layout/dataset-name.ts';
import type { LogicalDate } from '../../layout/logical-date.ts';
import { type ObjectKey, partitionTemplate } from '../../layout/object-key.ts';
import type { DataFile } from '../../ports/data-file.ts';
import type { Measurement } from '../../ports/measure.ts';
import type { BuildOutput, BuildStage, InputRelation } from '../../ports/sql-engine.ts';
import { forBoth } from '../../sql/render.ts';
import type { BuildStep } from '../../steps/step.ts';
import { changedInputs, type InputTable, publishedRelation } from '../inputs.ts';
import { reasonToBuild } from '../staleness.ts';
import { goldCommit } from './gold-commit.ts';
import type { GoldDataset, KeyedModel } from './gold-dataset.ts';
import {
  type KeyedInput,
  relationsOf,
  renderChangedKeys,
  renderChangedRows,
  renderChecked,
  renderTouched,
  renderUntouched,
  renderWritten,
} from './keyed-sql.ts';

const ROWS_PER_BUCKET = 250_000;
const MAX_BUCKETS = 64;

interface Way {
  readonly stages: readonly BuildStage[];
  readonly touched: Extract<BuildOutput['partition'], { kind: 'buckets' }>['touched'];
  /** How many buckets there are, and the files of those that may stay. */
  readonly buckets: { readonly count: number; readonly files: readonly DataFile[] };
  /** Why all keys are made, where some would do. */
  readonly note?: string;
}

/**
 * Decides what must be built of a keyed dataset: it is what its model makes of its inputs as they are published now, whatever
 * the run's day. Only rows of keys that a row came to or went from are made again.
 */
export function planKeyed(dataset: GoldDataset, state: TableState, inputs: readonly InputTable[], day: LogicalDate): BuildStep | undefined {
  const { keyed, key = [] } = dataset;
  if (keyed === undefined) return undefined;
  const changed = changedInputs(inputs, state.inputs);
  const [[before, entry] = [day, undefined]] = state.partitions;
  const reason = reasonToBuild({ state, dataset, built: state.fingerprint, changed });
  if (reason === undefined) return undefined;
  const some =
    state.fingerprint === dataset.fingerprint && entry !== undefined ? planSome(dataset, key, keyed, entry, inputs, state) : undefined;
  const way = some === undefined || 'obstacle' in some ? planAll(dataset, key, inputs, some?.obstacle) : some;
  return {
    kind: 'build',
    id: `build ${dataset.name} ${day}`,
    dataset: dataset.name,
    day,
    reason: way.note === undefined ? reason : `${reason} (all keys: ${way.note})`,
    request: {
      dataset: dataset.name,
      stages: way.stages,
      outputs: [outputOf(dataset, key, { kind: 'buckets', day: before > day ? before : day, touched: way.touched })],
      checks: dataset.checkScans,
      ...(dataset.measurement === undefined ? {} : { measurement: measurementOf(dataset.measurement, keyed) }),
    },
    commit: { ...goldCommit(dataset, state, inputs), replaceAll: true, buckets: way.buckets },
  };
}

// What was written is not all there is: the files that stay are not asked.
function measurementOf(measurement: Measurement, { checksWhole }: KeyedModel): Measurement {
  return checksWhole ? { ...measurement, measures: measurement.measures.map(({ id, sql }) => ({ id, sql })) } : measurement;
}

function planAll(dataset: GoldDataset, key: readonly string[], inputs: readonly InputTable[], note: string | undefined): Way {
  const count = bucketsFor(dataset, inputs);
  const stages: BuildStage[] = inputs.map((input) => ({ kind: 'input', input: publishedRelation(input, {}) }));
  stages.push({ kind: 'table', name: '_written', sql: renderWritten(dataset, key, count, false) });
  stages.push({ kind: 'view', name: '_rows', sql: renderChecked(dataset.columns, false) });
  const touched = forBoth(() => 'SELECT DISTINCT _bucket FROM _written');
  return { stages, touched, buckets: { count, files: [] }, ...(note === undefined ? {} : { note }) };
}

// A power of two that leaves each file a good size, as far as the inputs can tell.
function bucketsFor({ partitioning }: GoldDataset, inputs: readonly InputTable[]): number {
  if (partitioning.kind === 'keyed' && partitioning.buckets !== undefined) return partitioning.buckets;
  const rows = Math.max(
    0,
    ...inputs.map((input) => publishedFiles(input.state, input.shape, 'rows').reduce((sum, file) => sum + file.rows, 0)),
  );
  return Math.min(MAX_BUCKETS, 2 ** Math.ceil(Math.log2(Math.max(1, rows / ROWS_PER_BUCKET))));
}

function planSome(
  dataset: GoldDataset,
  key: readonly string[],
  keyed: KeyedModel,
  entry: PartitionEntry,
  inputs: readonly InputTable[],
  state: TableState,
): Way | { readonly obstacle: string | undefined } {
  const byBucket = filesByBucket(entry);
  if (entry.buckets === undefined || byBucket === undefined) return { obstacle: 'its files are not divided by key' };
  if (bucketsFor(dataset, inputs) > entry.buckets && entry.rows > 4 * ROWS_PER_BUCKET * entry.buckets) {
    return { obstacle: `it has outgrown ${entry.buckets} files` };
  }
  const moved = inputs.map((input) => ({ input, ...moveOf(input, state.inputs[input.name] ?? 0) }));
  const lost = moved.find(({ obstacle }) => obstacle !== undefined);
  if (lost !== undefined) return { obstacle: lost.obstacle };
  const byKey = new Map(keyed.inputs.map(({ dataset: name, columns }) => [name, columns]));
  const whole = moved.find(({ input, came, went }) => !byKey.has(input.name) && came.length + went.length > 0);
  if (whole !== undefined) return { obstacle: `${whole.input.name} belongs to every key` };
  const stages: BuildStage[] = [];
  const keyedInputs: KeyedInput[] = [];
  for (const { input, came, went } of moved) {
    const by = byKey.get(input.name);
    if (by === undefined) {
      stages.push({ kind: 'input', input: publishedRelation(input, {}) });
      continue;
    }
    const one = { table: input, by, hasChanged: came.length + went.length > 0 };
    keyedInputs.push(one);
    stages.push(...inputStages(one, came, went));
  }
  if (!keyedInputs.some(({ hasChanged }) => hasChanged)) stages.push(nothingChanged(dataset, key));
  else stages.push({ kind: 'table', name: '_changed_keys', sql: renderChangedKeys(keyedInputs) });
  for (const one of keyedInputs) stages.push({ kind: 'view', name: relationOf(one.table.name), sql: renderChangedRows(one) });
  stages.push(...writeStages(dataset, key, keyed, entry.buckets, byBucket));
  return { stages, touched: renderTouched(key, entry.buckets), buckets: { count: entry.buckets, files: entry.files } };
}

interface Move {
  readonly came: readonly DataFile[];
  readonly went: readonly DataFile[];
  readonly obstacle?: string;
}

// Tables are the sum of their files, so files that both states have cannot make a difference.
function moveOf(input: InputTable, seen: number): Move {
  if (input.state.version === seen) return { came: [], went: [] };
  if (seen === 0) return { came: publishedFiles(input.state, input.shape, 'rows'), went: [] };
  const { past } = input;
  if (past === undefined) return { came: [], went: [], obstacle: `what ${input.name} held before is no longer kept` };
  if (JSON.stringify(past.columns) !== JSON.stringify(input.state.columns)) {
    return { came: [], went: [], obstacle: `the columns of ${input.name} changed` };
  }
  const [before, now] = [publishedFiles(past, input.shape, 'rows'), publishedFiles(input.state, input.shape, 'rows')];
  return { came: without(now, before), went: without(before, now) };
}

function without(files: readonly DataFile[], others: readonly DataFile[]): readonly DataFile[] {
  const counts = new Map<string, number>();
  for (const { checksum } of others) counts.set(checksum, (counts.get(checksum) ?? 0) + 1);
  return files.filter(({ checksum }) => {
    const left = counts.get(checksum) ?? 0;
    counts.set(checksum, left - 1);
    return left <= 0;
  });
}

function inputStages(one: KeyedInput, came: readonly DataFile[], went: readonly DataFile[]): BuildStage[] {
  const names = relationsOf(one);
  const relation = (name: string, files: readonly DataFile[]): InputRelation => ({
    relation: name,
    dataset: one.table.name,
    columns: one.table.columns,
    files: files.map(({ key }) => key),
  });
  const all: BuildStage = { kind: 'input', input: { ...publishedRelation(one.table, {}), relation: names.all } };
  if (!one.hasChanged) return [all];
  return [all, { kind: 'input', input: relation(names.came, came) }, { kind: 'input', input: relation(names.went, went) }];
}

// A version without other rows: what was made stays, and is now known to be made of it.
function nothingChanged(dataset: GoldDataset, key: readonly string[]): BuildStage {
  const sql = forBoth((words) => {
    const parts = key.map((name, at) => {
      const type = dataset.columns.find((column) => column.name === name)?.type ?? { kind: 'varchar' };
      return `CAST(NULL AS ${words.type(type)}) AS _k${at}`;
    });
    return `SELECT * FROM (SELECT ${parts.join(', ')}) AS _none WHERE FALSE`;
  });
  return { kind: 'table', name: '_changed_keys', sql };
}

function writeStages(
  dataset: GoldDataset,
  key: readonly string[],
  { checksWhole }: KeyedModel,
  count: number,
  byBucket: Readonly<Record<string, readonly ObjectKey[]>>,
): BuildStage[] {
  const buckets = Object.keys(byBucket).map(Number);
  const own = { dataset: dataset.name, columns: dataset.columns, filesByDay: byBucket };
  const hasUntouched = checksWhole && buckets.length > 0;
  return [
    { kind: 'lazy', input: { ...own, relation: '_before', daysFrom: renderTouched(key, count) } },
    { kind: 'table', name: '_written', sql: renderWritten(dataset, key, count, true) },
    ...(hasUntouched
      ? [{ kind: 'lazy' as const, input: { ...own, relation: '_untouched', daysFrom: renderUntouched(key, count, buckets) } }]
      : []),
    { kind: 'view', name: '_rows', sql: renderChecked(dataset.columns, hasUntouched) },
  ];
}

function filesByBucket(entry: PartitionEntry): Readonly<Record<string, readonly ObjectKey[]>> | undefined {
  const found: Record<string, ObjectKey[]> = {};
  for (const { key } of entry.files) {
    const bucket = bucketOf(key);
    if (bucket === undefined) return undefined;
    found[bucket] = [...(found[bucket] ?? []), key];
  }
  return found;
}

function outputOf(dataset: GoldDataset, key: readonly string[], partition: BuildOutput['partition']): BuildOutput {
  const names = dataset.columns.map(({ name }) => name);
  return {
    part: 'rows',
    from: '_written',
    columns: dataset.columns,
    sortBy: [...key, ...names.filter((name) => !key.includes(name))],
    partition,
    prefix: partitionTemplate(dataset.name, 'rows'),
  };
}
