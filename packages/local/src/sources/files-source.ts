import {
  type CallContext,
  type Clock,
  type ContractRequest,
  type FileFormat,
  type ObjectStore,
  SnowmeltError,
  type Source,
} from '@snowmelt/core/ports';
import type { DuckdbSession } from '../duckdb/duckdb-session.ts';
import { type Statements, withStatements } from '../duckdb/statements.ts';
import { chooseReference, digestParts } from './digest-parts.ts';
import { extractParts } from './extract-parts.ts';
import { listFiles, type SourceFile } from './list-files.ts';
import { describeFiles } from './read-files.ts';
import { settleParts } from './settle-parts.ts';
import type { ContractPlace } from './source-contract.ts';
import { sourceFailures, toSourceError } from './source-failure.ts';
import type { SourcePart } from './source-part.ts';
import { stateOf } from './source-state.ts';

/** What the source reads with. `folder` is absolute. */
export interface FilesSourceOptions {
  readonly folder: string;
  readonly session: DuckdbSession;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** Gives a {@link Source} whose tables are CSV, JSON lines and Parquet files of a folder. Its methods throw source/*, lake/*, run/interrupted. */
export function filesSource({ folder, session, store, clock }: FilesSourceOptions): Source {
  return {
    async ping() {
      const files = await listFiles(folder, '**');
      if (files.length === 0) throw notFound(`There are no files in \`${folder}\`.`);
      return `${folder}: ${files.length} files, ${sumBytes(files)} bytes`;
    },
    async describe(request, context) {
      const files = await findFiles(folder, request);
      return withParts(session, request, files, context, async (_statements, parts, place) => settleParts(request, parts, place).contract);
    },
    async extract(request, context) {
      const files = await findFiles(folder, request);
      const report = await withParts(session, request, files, context, (statements, parts, place) =>
        extractParts({ store, clock, statements, request, context, place }, parts),
      );
      const { pattern } = patternOf(request);
      await refuseChanges(files, await listFiles(folder, pattern), pattern, request);
      return { ...report, bytesFetched: sumBytes(files), reference: { kind: 'files', state: stateOf(files) } };
    },
    async digest(request, context) {
      const files = await findFiles(folder, request);
      const reference = chooseReference(request, stateOf(files));
      const groups = await withParts(session, request, files, context, (statements, parts, place) =>
        digestParts(statements, request, parts, place),
      );
      const { pattern } = patternOf(request);
      await refuseChanges(files, await listFiles(folder, pattern), pattern, request);
      return { groups, reference };
    },
  };
}

async function findFiles(folder: string, request: ContractRequest): Promise<readonly SourceFile[]> {
  const { pattern } = patternOf(request);
  const files = await listFiles(folder, pattern);
  if (files.length === 0) throw notFound(`No file in \`${folder}\` is named \`${pattern}\`.`, request);
  return files;
}

async function withParts<T>(
  session: DuckdbSession,
  request: ContractRequest,
  files: readonly SourceFile[],
  { signal }: CallContext,
  act: (statements: Statements, parts: readonly SourcePart[], place: ContractPlace) => Promise<T>,
): Promise<T> {
  const { pattern, format } = patternOf(request);
  const paths = files.map(({ path }) => path);
  const place = { dataset: request.dataset, relation: `\`${pattern}\``, paths };
  return withStatements(session, signal, sourceFailures(session.tempFolder), async (statements) => {
    try {
      return await act(statements, await describeFiles(statements, paths, format, request.columns), place);
    } catch (error) {
      throw toSourceError(error, place);
    }
  });
}

function patternOf({ relation, dataset }: ContractRequest): { readonly pattern: string; readonly format: FileFormat } {
  if (relation.kind === 'table' && relation.format !== undefined) return { pattern: relation.table, format: relation.format };
  throw new SnowmeltError('internal/unexpected', { message: 'A source of files was asked for something else.', at: { dataset } });
}

// Two scans of a file that somebody is writing to may see different rows; what was read is not used then.
async function refuseChanges(
  before: readonly SourceFile[],
  after: readonly SourceFile[],
  pattern: string,
  { dataset }: ContractRequest,
): Promise<void> {
  const now = new Map(after.map((file) => [file.path, file]));
  const changed = before.filter(
    ({ path, bytes, modifiedMs }) => now.get(path)?.bytes !== bytes || now.get(path)?.modifiedMs !== modifiedMs,
  );
  const [first] = changed;
  if (first === undefined) return;
  throw new SnowmeltError('source/changed', {
    message: `${changed.length} of the files \`${pattern}\` changed while they were read, e.g. \`${first.path}\`.`,
    hint: 'Nothing was published. Have files written under another name and renamed when they are complete.',
    at: { dataset },
  });
}

function sumBytes(files: readonly SourceFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function notFound(message: string, request?: ContractRequest): SnowmeltError {
  return new SnowmeltError('source/not-found', {
    message,
    hint: "Check the source's `folder` and the extract's `table`. Names that begin with `.` or `_` are not looked at.",
    ...(request === undefined ? {} : { at: { dataset: request.dataset } }),
  });
}
