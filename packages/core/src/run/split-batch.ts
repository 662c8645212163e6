import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { partitionTemplate } from '../layout/object-key.ts';
import type { CallContext, ExtractReport } from '../ports/source.ts';
import type { BuildOutput, BuildReport, BuildRequest } from '../ports/sql-engine.ts';
import { judgeQuarantine } from '../quality/judge-quarantine.ts';
import { misfitColumns, splitMisfits } from '../quality/split-misfits.ts';
import type { Column } from '../sql/column-type.ts';
import type { ExtractStep } from '../steps/step.ts';
import type { JudgedReport } from './commit-step.ts';
import type { RunPorts } from './run-ports.ts';

/**
 * Gives a batch of which some columns came as text their declared types, and sets the rows aside whose text is no value of its
 * type. No row is lost: what was read is what was kept and refused. @throws quality/quarantine-budget, source/rows-differ
 */
export async function splitBatch(
  step: ExtractStep,
  report: ExtractReport,
  { engine, store, host }: Pick<RunPorts, 'engine' | 'store' | 'host'>,
  call: CallContext,
): Promise<JudgedReport> {
  const built = await (await engine()).build(splitRequest(step, report, call), call, () => undefined);
  const kept = partOf(built, 'rows');
  const refused = partOf(built, 'quarantine');
  if (kept.rows + refused.rows !== report.rows) {
    throw new SnowmeltError('source/rows-differ', {
      message: `${report.rows} rows were read, but ${kept.rows} kept and ${refused.rows} set aside.`,
      hint: 'Nothing was published. Run again.',
      at: { dataset: step.dataset },
    });
  }
  const refusals = [{ day: step.day, rowsRead: report.rows, rowsRefused: refused.rows }];
  const near = judgeQuarantine(step.dataset, refusals, step.commit.quarantineMaxPercent);
  if (near !== undefined) host.notify({ code: 'quarantine/near', run: call.run ?? '', dataset: step.dataset, ...near });
  // Nothing refers to them; what cannot be removed now is for `vacuum`.
  await store.delete(report.files.map(({ key }) => key)).catch(() => undefined);
  return { ...report, rows: kept.rows, files: kept.files, refused };
}

function splitRequest(step: ExtractStep, { files, contract }: ExtractReport, { attempt, run = '' }: CallContext): BuildRequest {
  const { dataset, day, commit } = step;
  const asText = contract?.asText ?? [];
  const texts = new Set(asText.map(({ name }) => name));
  const columns = commit.columns.map(({ name, type }): Column => ({ name, type: texts.has(name) ? { kind: 'varchar' } : type }));
  const partition = { kind: 'day', day } as const;
  const output = (part: BuildOutput['part'], from: string, of: readonly Column[]): BuildOutput => ({
    part,
    from,
    columns: of,
    sortBy: [],
    partition,
    prefix: partitionTemplate(dataset, part),
  });
  const input = { relation: '_read', dataset, columns, files: files.map(({ key }) => key) };
  return {
    dataset,
    stages: [{ kind: 'input', input }, ...splitMisfits(commit.columns, asText, { dataset, batch: attempt, run })],
    outputs: [output('rows', '_rows', commit.columns), output('quarantine', '_refused', misfitColumns(commit.columns))],
    checks: [],
  };
}

function partOf(built: BuildReport, part: BuildOutput['part']): NonNullable<JudgedReport['refused']> {
  const partitions = built.outputs.find((output) => output.part === part)?.partitions ?? [];
  return { rows: partitions.reduce((sum, { rows }) => sum + rows, 0), files: partitions.flatMap(({ files }) => files) };
}
