import { findDataset, type Graph, type GraphDataset, shapeOf } from '../compile/graph.ts';
import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import { DELETED_COLUMN } from '../layout/deleted-column.ts';
import { type LogicalDate, logicalDate } from '../layout/logical-date.ts';
import { attemptName, fillTemplate, objectKey, partitionTemplate } from '../layout/object-key.ts';
import type { FixtureRow, FixtureTables } from '../ports/fixture-tables.ts';
import { needColumns } from './need-columns.ts';
import type { GivenFile } from './plan-unit-test.ts';
import type { UnitTest } from './unit-test.ts';

/** The day of a test whose rows have none. */
const NO_DAY = logicalDate('2000-01-01');

/** The given rows of a test as files, and the logical date. */
export interface GivenInputs {
  readonly day: LogicalDate;
  readonly files: ReadonlyMap<DatasetName, readonly GivenFile[]>;
}

interface GivenGroup {
  readonly input: GraphDataset;
  readonly day: LogicalDate | undefined;
  readonly batch: number;
  readonly rows: FixtureRow[];
}

/** Writes the given rows of a test where an engine finds them. `nth` tells tests of one store apart. @throws test/invalid */
export async function writeGiven(graph: Graph, test: UnitTest, fixtures: FixtureTables, nth: number): Promise<GivenInputs> {
  const groups: GivenGroup[] = [];
  for (const [name, rows] of Object.entries(test.given)) groups.push(...(await groupRows(inputOf(graph, test, name), rows, fixtures)));
  const days = groups.flatMap(({ day }) => day ?? []).sort();
  const day = test.date ?? days.at(-1) ?? NO_DAY;
  const files = new Map<DatasetName, GivenFile[]>();
  for (const [at, { input, batch, rows, day: own = day }] of groups.entries()) {
    const id = attemptName(own, `test${nth}`, batch);
    // Rows without an event time lie in the logical date, where there may be others.
    const key = objectKey(`${fillTemplate(partitionTemplate(input.name, 'rows'), own, id)}/part-${at}.parquet`);
    needColumns(rows, input.columns, { ...test.at, dataset: test.dataset, field: `given.${input.name}` });
    const file = await fixtures.write(key, input.columns, rows);
    files.set(input.name, [...(files.get(input.name) ?? []), { day: own, batch: id, file }]);
  }
  return { day, files };
}

function inputOf(graph: Graph, test: UnitTest, name: string): GraphDataset {
  const inputs = findDataset(graph, test.dataset)?.inputs ?? [];
  const input = inputs.some((one) => one === name) ? findDataset(graph, name) : undefined;
  if (input !== undefined) return input;
  throw new SnowmeltError('test/invalid', {
    message: `\`given\` names \`${name}\`, which ${test.dataset} does not read.`,
    hint: suggest(name, inputs),
    at: { ...test.at, dataset: test.dataset },
  });
}

// Rows of an event input lie in their days, and rows of bronze in the batches that brought them.
async function groupRows(input: GraphDataset, rows: readonly FixtureRow[], fixtures: FixtureTables): Promise<readonly GivenGroup[]> {
  const days = await daysOf(input, rows, fixtures);
  const groups = new Map<string, GivenGroup>();
  for (const [i, { _batch: batchText, ...row }] of rows.entries()) {
    const day = days[i];
    const batch = input.layer === 'bronze' ? batchOf(input, batchText ?? '1') : 1;
    const group = groups.get(`${day} ${batch}`) ?? { input, day, batch, rows: [] };
    group.rows.push(isChangelog(input) ? { [DELETED_COLUMN.name]: 'false', ...row } : row);
    groups.set(`${day} ${batch}`, group);
  }
  return [...groups.values()].sort((a, b) => a.batch - b.batch);
}

async function daysOf(input: GraphDataset, rows: readonly FixtureRow[], fixtures: FixtureTables) {
  if (input.layer === 'bronze' || shapeOf(input) !== 'event' || input.partitioning.kind !== 'event') return [];
  const { eventTime } = input.partitioning;
  const columns = input.columns.filter(({ name }) => name === eventTime);
  const times = await fixtures.normalise(
    columns,
    rows.map((row) => ({ [eventTime]: row[eventTime] ?? null })),
  );
  return times.map((row) => (row[eventTime] == null ? undefined : logicalDate(row[eventTime].slice(0, 10))));
}

function batchOf(input: GraphDataset, text: string): number {
  const batch = Number(text);
  const isWhole = input.layer === 'bronze' && input.mode.kind === 'full';
  if (isWhole && batch > 1) {
    throw new SnowmeltError('test/invalid', {
      message: `${input.name} is extracted in full, so a later batch takes the place of an earlier one.`,
      hint: 'Give the rows of the last one, without `_batch`.',
      at: { dataset: input.name, field: '_batch' },
    });
  }
  if (Number.isInteger(batch) && batch >= 1) return batch;
  throw new SnowmeltError('test/invalid', {
    message: `\`_batch\` of a row of ${input.name} is not a whole number from 1 on.`,
    hint: 'Batches are numbered in the order in which they came: 1, 2, …',
    at: { dataset: input.name, field: '_batch' },
  });
}

function isChangelog({ columns }: GraphDataset): boolean {
  return columns.some(({ name }) => name === DELETED_COLUMN.name);
}
