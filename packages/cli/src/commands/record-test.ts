import { randomUUID } from 'node:crypto';
import {
  buildGiven,
  findDataset,
  type GraphDataset,
  maskRows,
  personalColumns,
  publishedDays,
  readTable,
  shapeOf,
  type TableState,
  type UnitTest,
} from '@snowmelt/core/pipeline';
import { type FixtureRow, type LogicalDate, logicalDate, type ObjectKey, SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import { readNumber, readText } from '../arguments/read-options.ts';
import type { Project } from '../compose/open-project.ts';
import { freePath, writeTestFile } from './test-file.ts';

interface Sample {
  readonly input: GraphDataset;
  readonly files: readonly ObjectKey[];
}

/** Writes a test from rows of the lake: some rows of each input, and what the dataset makes of them now. */
export async function recordTest(project: Project, invocation: Invocation): Promise<number> {
  const { terminal, values } = invocation;
  const dataset = recordable(project, readText(invocation, 'record') ?? '');
  const limit = readNumber(invocation, 'rows', 5, 1);
  const wanted = readText(invocation, 'date');
  const { samples, day } = await readSamples(project, dataset, wanted === undefined ? undefined : logicalDate(wanted));
  const given = await readGiven(project, samples, limit, values['unmasked'] === true);
  const draft: UnitTest = {
    name: `recorded on rows of ${day}`,
    at: { file: '' },
    dataset: dataset.name,
    date: day,
    given,
    expect: { rows: [], refused: [], ordered: false, checks: undefined },
  };
  const test = await withOutcome(project, draft);
  const path = await freePath(project.folder, dataset.name, 'recorded');
  const comment = [`What ${dataset.name} made of these rows when this was recorded. Check that it is right.`];
  const file = await writeTestFile(path, test, comment, { ...project, cwd: terminal.cwd });
  if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'test/recorded', file, test: test.name })}\n`);
  else if (values['quiet'] !== true) terminal.out(`Wrote ${file}. Look at what it expects, then: snowmelt test --select ${dataset.name}\n`);
  return 0;
}

function recordable(project: Project, name: string): GraphDataset {
  const dataset = findDataset(project.graph, name);
  if (dataset !== undefined && dataset.layer !== 'bronze') return dataset;
  const known = project.graph.datasets.filter(({ layer }) => layer !== 'bronze').map((one) => one.name);
  throw new SnowmeltError('lake/unknown-dataset', {
    message: `There is no silver or gold dataset \`${name}\`.`,
    hint: suggest(name, known),
  });
}

async function readSamples(project: Project, dataset: GraphDataset, wanted: LogicalDate | undefined) {
  const inputs = dataset.inputs.flatMap((name) => findDataset(project.graph, name) ?? []);
  const states = await Promise.all(inputs.map(async (input) => ({ input, state: await readTable(project.store, input.name) })));
  const isEvent = ({ input }: (typeof states)[number]) => shapeOf(input) === 'event';
  // Rows of events lead: of the other inputs those are taken that belong to them.
  const ordered = [...states.filter(isEvent), ...states.filter((one) => !isEvent(one))];
  const [lead] = ordered;
  const day = wanted ?? (lead === undefined ? undefined : publishedDays(lead.state, shapeOf(lead.input)).at(-1));
  const samples = day === undefined ? [] : ordered.map(({ input, state }): Sample => ({ input, files: filesOf(input, state, day) }));
  if (day !== undefined && (samples[0]?.files.length ?? 0) > 0) return { samples, day };
  throw new SnowmeltError('cli/usage', {
    message: `${lead?.input.name ?? dataset.name} has no rows${day === undefined ? '' : ` of ${day}`}, so nothing can be recorded.`,
    hint: 'Run the pipeline first, or name another --date.',
  });
}

// Of bronze one batch: rows of several depend on the order in which they came.
function filesOf(input: GraphDataset, state: TableState, day: LogicalDate): readonly ObjectKey[] {
  const shape = shapeOf(input);
  const last = shape === 'event' ? day : publishedDays(state, shape, day).at(-1);
  const entry = last === undefined ? undefined : state.partitions.get(last);
  const files = entry?.batches?.filter(({ rows }) => rows > 0).at(-1)?.files ?? entry?.files ?? [];
  return files.map(({ key }) => key);
}

async function readGiven(project: Project, samples: readonly Sample[], limit: number, isUnmasked: boolean) {
  const [lead] = samples;
  const personal = personalColumns(project.graph);
  const salt = randomUUID();
  const given: Record<string, readonly FixtureRow[]> = {};
  for (const sample of samples) {
    const rows = await readSample(project, sample, lead === sample ? undefined : lead, limit);
    const { name, columns } = sample.input;
    given[name] = isUnmasked ? rows : await maskRows(rows, columns, personal.get(name) ?? new Set(), salt);
  }
  return given;
}

async function readSample(project: Project, { input, files }: Sample, lead: Sample | undefined, limit: number) {
  const texts = input.columns.map(({ name, type }) =>
    type.kind === 'binary' ? `hex("${name}") AS "${name}"` : `CAST("${name}" AS VARCHAR) AS "${name}"`,
  );
  const key = input.layer === 'bronze' ? undefined : input.key;
  const joined = lead !== undefined && key?.every((name) => lead.input.columns.some((column) => column.name === name)) ? lead : undefined;
  const names = (key ?? []).map((name) => `"${name}"`).join(', ');
  const where = joined === undefined ? '' : ` WHERE (${names}) IN (SELECT (${names}) FROM (${someOf(joined.input, '', limit)}))`;
  const relations = [{ input, files }, ...(joined === undefined ? [] : [joined])].map((one) => ({
    name: one.input.name,
    columns: one.input.columns,
    files: one.files,
  }));
  const sql = `SELECT ${texts.join(', ')} FROM (${someOf(input, where, limit)})`;
  const result = await project.queryRelations(relations, sql);
  const rows: FixtureRow[] = [];
  for await (const chunk of result.rows) {
    for (const cells of chunk)
      rows.push(Object.fromEntries(result.columns.map(({ name }, i) => [name, cells[i] == null ? null : String(cells[i])])));
  }
  return rows;
}

// Rows that have the most to say first, and always the same ones.
function someOf({ name, columns }: GraphDataset, where: string, limit: number): string {
  const gaps = columns.map((column) => `CAST("${column.name}" IS NULL AS INTEGER)`).join(' + ');
  return `SELECT * EXCLUDE (_gaps) FROM (SELECT ${gaps} AS _gaps, * FROM ${name}${where}) ORDER BY ALL LIMIT ${limit}`;
}

async function withOutcome(project: Project, test: UnitTest): Promise<UnitTest> {
  const bench = await project.openTestBench();
  try {
    const { rows, refused } = await buildGiven(project.graph, test, { ...bench, signal: new AbortController().signal }, 1);
    const own = refused.map(({ _batch, _run, _dataset, ...row }) => row);
    return { ...test, expect: { ...test.expect, rows, refused: own } };
  } finally {
    await bench.close();
  }
}
