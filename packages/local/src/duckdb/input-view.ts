import type { InputRelation, LazyRelation, LogicalDate, ObjectKey, ObjectStore } from '@snowmelt/core/ports';
import { identifier, literal, selectFiles } from './duckdb-sql.ts';
import type { Statements } from './statements.ts';

/** The statement that makes an input readable under its relation's name. */
export function inputView(input: InputRelation, store: ObjectStore): string {
  const paths = input.files.map((key) => store.locate(key));
  const batch = paths.length === 0 ? 'CAST(NULL AS VARCHAR)' : `parse_path(filename, ${literal('both_slash')})[-2]`;
  const extra = input.batchColumn === true ? [`${batch} AS "_batch"`] : [];
  return `CREATE OR REPLACE VIEW ${identifier(input.relation)} AS ${selectFiles(input.columns, paths, extra)}`;
}

/** Asks which days of a lazy input are needed and turns it into an ordinary input of their files, each once. */
export async function resolveLazy(input: LazyRelation, statements: Statements, doing: string): Promise<InputRelation> {
  const { daysFrom, filesByDay, ...relation } = input;
  const rows = await statements.rows(`SELECT DISTINCT CAST(d AS VARCHAR) FROM (${daysFrom.duckdb}) AS days(d) ORDER BY 1`, doing);
  const known = new Map<unknown, readonly ObjectKey[]>(Object.entries(filesByDay) as [LogicalDate, readonly ObjectKey[]][]);
  return { ...relation, files: [...new Set(rows.flatMap(([day]) => known.get(day) ?? []))] };
}
