import type { Column, InputRelation, LazyRelation, LogicalDate, ObjectKey, ObjectStore } from '@snowmelt/core/ports';
import { identifier, literalList, selectFiles } from './duckdb-sql.ts';
import type { Statements } from './statements.ts';

const FOLDER = "parse_path(filename, 'both_slash')[-2]";

/** The statement that makes an input readable under its relation's name. */
export function inputView(input: InputRelation, store: ObjectStore): string {
  const paths = input.files.map((key) => store.locate(key));
  const head = `CREATE OR REPLACE VIEW ${identifier(input.relation)} AS `;
  if (input.batches !== undefined && paths.length > 0) return `${head}${selectBatches(input.columns, paths, input.batches)}`;
  const batch = paths.length === 0 ? 'CAST(NULL AS VARCHAR)' : FOLDER;
  const extra = input.batchColumn === true ? [`${batch} AS "_batch"`] : [];
  return `${head}${selectFiles(input.columns, paths, extra)}`;
}

// Of a file that holds rows of several batches, and of no other, a column says which.
function selectBatches(columns: readonly Column[], paths: readonly string[], batches: readonly string[]): string {
  const rows = selectFiles(columns, paths, [`COALESCE("_batch", ${FOLDER}) AS "_batch"`], true);
  return `SELECT * FROM (${rows}) WHERE list_contains(${literalList(batches)}, "_batch")`;
}

/** Asks which days of a lazy input are needed and turns it into an ordinary input of their files, each once. */
export async function resolveLazy(input: LazyRelation, statements: Statements, doing: string): Promise<InputRelation> {
  const { daysFrom, filesByDay, ...relation } = input;
  const rows = await statements.rows(`SELECT DISTINCT CAST(d AS VARCHAR) FROM (${daysFrom.duckdb}) AS days(d) ORDER BY 1`, doing);
  const known = new Map<unknown, readonly ObjectKey[]>(Object.entries(filesByDay) as [LogicalDate, readonly ObjectKey[]][]);
  return { ...relation, files: [...new Set(rows.flatMap(([day]) => known.get(day) ?? []))] };
}
