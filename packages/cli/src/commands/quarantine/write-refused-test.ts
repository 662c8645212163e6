import { randomUUID } from 'node:crypto';
import { type GraphDataset, maskRows, personalColumns, runUnitTest, type UnitTest } from '@snowmelt/core/pipeline';
import { type FixtureRow, logicalDate, SnowmeltError } from '@snowmelt/core/ports';
import type { Invocation } from '../../arguments/command.ts';
import { readNumber, readText } from '../../arguments/read-options.ts';
import type { Project } from '../../compose/open-project.ts';
import { differenceLines } from '../../render/render-test.ts';
import { freePath, writeTestFile } from '../test-file.ts';
import { type RefusedTable, readRange, readRefused, readRows } from './refused-tables.ts';
import { selectRefusedRows } from './show-refused.ts';

/** Writes a unit test of one refused row: as it is now, it passes; change what it expects, and it says when the fix works. */
export async function writeRefusedTest(project: Project, invocation: Invocation): Promise<number> {
  const { terminal, positionals, values } = invocation;
  const table = await readRefused(project, positionals[1] ?? '', readRange(invocation));
  const input = inputOf(table.dataset);
  const { row, day } = await readRow(project, table, invocation);
  const { _reasons: reasons = '', ...source } = row;
  const masked = await mask(project, table, source, values['unmasked'] === true);
  const test: UnitTest = {
    name: `refuses ${reasons} (${day}, row ${readNumber(invocation, 'row', 1, 1)})`,
    at: { file: '' },
    dataset: table.dataset.name,
    date: logicalDate(day),
    given: { [input]: [masked] },
    expect: { rows: [], refused: [{ ...masked, _reasons: reasons }], ordered: false, checks: undefined },
  };
  await mustPass(project, test, values['unmasked'] === true);
  const path = readText(invocation, 'out') ?? (await freePath(project.folder, table.dataset.name, 'refused'));
  const comment = [`A row that ${table.dataset.name} refused. Change what is expected to what should become of it.`];
  const file = await writeTestFile(path, test, comment, { ...project, cwd: terminal.cwd });
  if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'quarantine/test-written', file, test: test.name })}\n`);
  else if (values['quiet'] !== true) terminal.out(`Wrote ${file}. It passes now: snowmelt test --select ${table.dataset.name}\n`);
  return 0;
}

function inputOf(dataset: GraphDataset): string {
  if (dataset.layer === 'silver' && dataset.origin.kind === 'bronze') return dataset.origin.dataset;
  throw new SnowmeltError('cli/usage', {
    message:
      dataset.layer === 'silver'
        ? `What ${dataset.name} refuses are rows of its model, and nobody knows from which rows of its inputs they came.`
        : `${dataset.name} has no rules that could be tested.`,
    hint: 'Name a silver dataset that is cleaned from bronze.',
  });
}

async function readRow(project: Project, table: RefusedTable, invocation: Invocation) {
  const nth = readNumber(invocation, 'row', 1, 1);
  const reason = readText(invocation, 'reason');
  const select = selectRefusedRows(table, reason);
  const texts = table.relation.columns
    .filter(({ name }) => !name.startsWith('_') || name === '_reasons')
    .map(({ name, type }) => (type.kind === 'binary' ? `hex("${name}") AS "${name}"` : `CAST("${name}" AS VARCHAR) AS "${name}"`));
  const sql = `SELECT CAST(_day AS VARCHAR) AS _day, ${texts.join(', ')} FROM (${select} LIMIT 1 OFFSET ${nth - 1})`;
  const { names, rows } = table.partitions.length === 0 ? { names: [], rows: [] } : await readRows(project, [table], sql);
  const [cells] = rows;
  if (cells === undefined) {
    throw new SnowmeltError('cli/usage', {
      message: `${table.dataset.name} has no refused row ${nth}${reason === undefined ? '' : ` with the reason \`${reason}\``}.`,
      hint: `See which there are: snowmelt quarantine ls --dataset ${table.dataset.name}.`,
    });
  }
  const { _day: day, ...row } = Object.fromEntries(
    names.map((name, i): [string, string | null] => [name, cells[i] == null ? null : String(cells[i])]),
  );
  return { row: row as FixtureRow, day: String(day) };
}

async function mask(project: Project, { dataset, relation }: RefusedTable, row: FixtureRow, isUnmasked: boolean): Promise<FixtureRow> {
  const input = project.graph.datasets.find(({ name }) => dataset.inputs.includes(name));
  const personal = input === undefined ? undefined : personalColumns(project.graph).get(input.name);
  if (isUnmasked || personal === undefined) return row;
  const [masked] = await maskRows([row], relation.columns, personal, randomUUID());
  return masked ?? row;
}

async function mustPass(project: Project, test: UnitTest, isUnmasked: boolean): Promise<void> {
  const bench = await project.openTestBench();
  try {
    const outcome = await runUnitTest(project.graph, test, { ...bench, signal: new AbortController().signal }, 1);
    if (outcome.error !== undefined) throw outcome.error;
    if (outcome.status === 'passed') return;
    const shown = differenceLines(outcome.parts).some((line) => line.includes('_reasons')) ? 'for these reasons' : 'like this';
    throw new SnowmeltError('test/invalid', {
      message: `The row is not refused ${shown} by the rules as they are now${isUnmasked ? '' : ', or not without its personal values'}.`,
      hint: isUnmasked
        ? `Judge it again: snowmelt quarantine replay ${test.dataset}.`
        : 'Replay the quarantine after a change of rules, or use --unmasked.',
      at: { dataset: test.dataset },
    });
  } finally {
    await bench.close();
  }
}
