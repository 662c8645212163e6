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
  openProtectionKeys,
  type Secrets,
  type SqlEngine,
  type WrittenPartition,
} from '@snowmelt/core/ports';
import { toBuildError } from './duckdb-error.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { identifier } from './duckdb-sql.ts';
import { inputView, resolveLazy } from './input-view.ts';
import { runChecks } from './measure-rows.ts';
import type { OutputWriter } from './output-writer.ts';
import { removeFile } from './parquet-file.ts';
import { type FailureTranslator, type Statements, withStatements } from './statements.ts';
import { writeOutput } from './write-output.ts';

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
      withWorkspace(tools, request, context, async (statements, withSecond) => {
        for (const stage of request.stages) await runStage(stage, request, statements, tools.store);
        const accounts = await readAccounts(request, statements);
        return await writeOutputs(tools, request, context, { statements, withSecond }, async (outputs) => {
          const report = { ...(await runChecks(request, outputs, statements)), accounts, outputs };
          judge(report);
          return report;
        });
      }),
  };
}

let workspaces = 0;

// Temporary tables belong to one connection; what is in a schema of its own two connections can read.
async function withWorkspace<T>(
  tools: Tools,
  request: BuildRequest,
  { signal }: CallContext,
  act: (statements: Statements, withSecond: OutputWriter['withSecond']) => Promise<T>,
): Promise<T> {
  workspaces += 1;
  const name = `build_${workspaces}`;
  const doing = `building ${request.dataset}`;
  const connect = <R>(use: (statements: Statements) => Promise<R>): Promise<R> =>
    withStatements(tools.session, signal, translator(tools, request), use);
  return await connect(async (statements) => {
    await statements.run(`CREATE SCHEMA ${name}; SET schema = '${name}'`, doing);
    try {
      await openKeys(tools, request, statements);
      return await act(statements, (second) =>
        connect(async (others) => {
          await others.run(`SET schema = '${name}'`, doing);
          await openKeys(tools, request, others);
          await second(others);
        }),
      );
    } finally {
      await statements.dispose(`DROP SCHEMA ${name} CASCADE`);
    }
  });
}

function translator(tools: Tools, request: BuildRequest): FailureTranslator {
  const { dataset } = request;
  return (error, sql, doing) => toBuildError(error, { doing, sql, at: { dataset }, folder: tools.session.tempFolder });
}

async function openKeys(tools: Tools, request: BuildRequest, statements: Statements): Promise<void> {
  for (const [name, pads] of await openProtectionKeys(request, tools)) {
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
      return await statements.run(`CREATE TABLE ${identifier(stage.name)} AS ${stage.sql.duckdb}`, doing(stage.name));
    case 'view':
      return await statements.run(`CREATE VIEW ${identifier(stage.name)} AS ${stage.sql.duckdb}`, doing(stage.name));
    default:
      return assertNever(stage);
  }
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

// What `check` objects to does not stay.
async function writeOutputs(
  tools: Tools,
  request: BuildRequest,
  context: CallContext,
  connections: Pick<OutputWriter, 'statements' | 'withSecond'>,
  check: (outputs: BuildReport['outputs']) => Promise<BuildReport>,
): Promise<BuildReport> {
  const begun: ObjectKey[] = [];
  const writer: OutputWriter = {
    dataset: request.dataset,
    attempt: context.attempt,
    store: tools.store,
    ...connections,
    onKey: (key) => begun.push(key),
  };
  const outputs: { readonly part: BuildOutput['part']; readonly partitions: readonly WrittenPartition[] }[] = [];
  try {
    for (const output of request.outputs) outputs.push({ part: output.part, partitions: await writeOutput(writer, output) });
    return await check(outputs);
  } catch (error) {
    // Nothing refers to these files: what cannot be removed now is for `vacuum`.
    await Promise.allSettled(begun.map((key) => removeFile(tools.store.locate(key))));
    throw error;
  }
}
