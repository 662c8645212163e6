import {
  assertNever,
  type BuildOutput,
  type BuildReport,
  type BuildRequest,
  type BuildStage,
  type CallContext,
  type DayAccount,
  keyVariables,
  logicalDate,
  type ObjectKey,
  type ObjectStore,
  openProtectionKey,
  type Secrets,
  SnowmeltError,
  type SqlEngine,
  type WrittenPartition,
} from '@snowmelt/core/ports';
import { toBuildError } from './duckdb-error.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { identifier } from './duckdb-sql.ts';
import { inputView, resolveLazy } from './input-view.ts';
import { removeFile } from './parquet-file.ts';
import { type FailureTranslator, type Statements, withStatements } from './statements.ts';
import { type OutputWriter, writeOutput } from './write-output.ts';

/** What an engine works with. */
interface Tools {
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
  /** Where the keys for personal data are looked up. */
  readonly secrets?: Secrets;
}

/** Executes builds with DuckDB in this process; the store must be a folder of this machine. */
export function duckdbEngine(tools: Tools): SqlEngine {
  return {
    dialect: 'duckdb',
    build: (request, context, judge) =>
      withStatements(tools.session, context.signal, translator(tools, request), async (statements) => {
        await openKeys(tools, request, statements);
        for (const stage of request.stages) await runStage(stage, request, statements, tools.store);
        const findings = { violations: await runChecks(request, statements), accounts: await readAccounts(request, statements) };
        judge(findings);
        return { ...findings, outputs: await writeOutputs(tools, request, context, statements) };
      }),
  };
}

function translator(tools: Tools, request: BuildRequest): FailureTranslator {
  const { dataset } = request;
  return (error, sql, doing) => toBuildError(error, { doing, sql, at: { dataset }, folder: tools.session.tempFolder });
}

async function openKeys({ secrets, store }: Tools, { dataset, keys = {} }: BuildRequest, statements: Statements): Promise<void> {
  for (const [name, reference] of Object.entries(keys)) {
    if (secrets === undefined)
      throw new SnowmeltError('internal/unexpected', { message: 'This engine cannot look keys up.', at: { dataset } });
    const pads = await openProtectionKey(name, reference, { secrets, store });
    const variables = keyVariables(name);
    await statements.setBytes(variables.inner, pads.inner, `preparing the key ${name}`);
    await statements.setBytes(variables.outer, pads.outer, `preparing the key ${name}`);
  }
}

async function runStage(stage: BuildStage, request: BuildRequest, statements: Statements, store: ObjectStore): Promise<void> {
  const doing = (name: string): string => `building ${request.dataset} (stage ${name})`;
  switch (stage.kind) {
    case 'input':
      return await statements.run(inputView(stage.input, store), doing(stage.input.relation));
    case 'lazy': {
      const input = await resolveLazy(stage.input, statements, doing(stage.input.relation));
      return await statements.run(inputView(input, store), doing(input.relation));
    }
    case 'table':
      return await statements.run(`CREATE TEMP TABLE ${identifier(stage.name)} AS ${stage.sql.duckdb}`, doing(stage.name));
    case 'view':
      return await statements.run(`CREATE TEMP VIEW ${identifier(stage.name)} AS ${stage.sql.duckdb}`, doing(stage.name));
    default:
      return assertNever(stage);
  }
}

async function runChecks(request: BuildRequest, statements: Statements): Promise<Record<string, number>> {
  const violations: Record<string, number> = {};
  for (const scan of request.checks) {
    const [row] = await statements.rows(scan.sql.duckdb, `checking ${request.dataset}`);
    for (const [i, check] of scan.checks.entries()) violations[check] = Number(row?.[i] ?? 0);
  }
  return violations;
}

async function readAccounts(request: BuildRequest, statements: Statements): Promise<readonly DayAccount[]> {
  if (request.accounting === undefined) return [];
  const sql = `SELECT CAST(a."day" AS VARCHAR), a."rows_read", a."batches", a.* EXCLUDE ("day", "rows_read", "batches") FROM (${request.accounting.duckdb}) AS a ORDER BY 1`;
  const rows = await statements.rows(sql, `accounting for ${request.dataset}`);
  return rows.map(([day, rowsRead, batches, rowsDeleted]) => ({
    day: logicalDate(String(day)),
    rowsRead: Number(rowsRead ?? 0),
    ...(rowsDeleted === undefined || rowsDeleted === null ? {} : { rowsDeleted: Number(rowsDeleted) }),
    batches:
      batches === null || batches === undefined
        ? []
        : String(batches)
            .split(',')
            .filter((batch) => batch !== ''),
  }));
}

async function writeOutputs(
  tools: Tools,
  request: BuildRequest,
  context: CallContext,
  statements: Statements,
): Promise<BuildReport['outputs']> {
  const begun: ObjectKey[] = [];
  const writer: OutputWriter = {
    dataset: request.dataset,
    attempt: context.attempt,
    store: tools.store,
    statements,
    withSecond: (act) => withStatements(tools.session, context.signal, translator(tools, request), act),
    onKey: (key) => begun.push(key),
  };
  const outputs: { readonly part: BuildOutput['part']; readonly partitions: readonly WrittenPartition[] }[] = [];
  try {
    for (const output of request.outputs) outputs.push({ part: output.part, partitions: await writeOutput(writer, output) });
    return outputs;
  } catch (error) {
    // Nothing refers to these files: what cannot be removed now is for `vacuum`.
    await Promise.allSettled(begun.map((key) => removeFile(tools.store.locate(key))));
    throw error;
  }
}
