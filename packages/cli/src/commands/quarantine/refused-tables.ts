import {
  type DayRange,
  findDataset,
  type GraphDataset,
  type RefusedPartition,
  readTable,
  refusedPartitions,
  type TableState,
} from '@snowmelt/core/pipeline';
import { logicalDate, quarantineOf, quoteLiteral, SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { Invocation } from '../../arguments/command.ts';
import { readText } from '../../arguments/read-options.ts';
import type { Project } from '../../compose/open-project.ts';

/** The refused rows of one dataset. */
export interface RefusedTable {
  readonly dataset: GraphDataset;
  readonly state: TableState;
  readonly partitions: readonly RefusedPartition[];
  /** As SQL may read it, by the name of the quarantine. */
  readonly relation: Parameters<Project['queryRelations']>[0][number];
}

/** Reads what a dataset refused, within days if some are given. @throws lake/unknown-dataset */
export async function readRefused(project: Project, name: string, range: DayRange): Promise<RefusedTable> {
  const dataset = findDataset(project.graph, name.replace(/__quarantine$/, ''));
  if (dataset === undefined) {
    const names = project.graph.datasets.map((known) => known.name);
    throw new SnowmeltError('lake/unknown-dataset', { message: `There is no dataset \`${name}\`.`, hint: suggest(name, names) });
  }
  const state = await readTable(project.store, dataset.name);
  const partitions = state.refusedColumns.length === 0 ? [] : refusedPartitions(dataset, state, range);
  const files = partitions.flatMap((partition) => partition.files);
  return {
    dataset,
    state,
    partitions,
    relation: { name: quarantineOf(dataset.name), columns: state.refusedColumns, files, isRefused: true },
  };
}

/** The days that `--from`, `--to` or `--date` name. @throws cli/usage */
export function readRange(invocation: Invocation): DayRange {
  const day = (option: string) => {
    const text = readText(invocation, option);
    return text === undefined ? undefined : logicalDate(text);
  };
  const date = day('date');
  const range = date === undefined ? { from: day('from'), to: day('to') } : { from: date, to: date };
  if (range.from === undefined || range.to === undefined || range.from <= range.to) return range;
  throw new SnowmeltError('cli/usage', {
    message: `--from ${range.from} is after --to ${range.to}.`,
    hint: 'The range runs forward and includes both ends.',
  });
}

/** SQL that is true for rows with a reason: the whole reason, its column, or its rule. */
export function hasReason(reason: string | undefined): string {
  if (reason === undefined) return 'true';
  const wanted = quoteLiteral(reason, 'duckdb');
  const same = `r = ${wanted} OR split_part(r, ': ', 1) = ${wanted} OR split_part(r, ': ', 2) = ${wanted}`;
  return `len(list_filter(string_split(_reasons, ', '), lambda r: ${same})) > 0`;
}

/** All rows of a query over relations. */
export async function readRows(
  project: Project,
  tables: readonly RefusedTable[],
  sql: string,
): Promise<{ readonly names: readonly string[]; readonly rows: readonly (readonly (string | number | boolean | null)[])[] }> {
  const result = await project.queryRelations(
    tables.map(({ relation }) => relation),
    sql,
  );
  const rows: (readonly (string | number | boolean | null)[])[] = [];
  for await (const chunk of result.rows) rows.push(...chunk);
  return { names: result.columns.map(({ name }) => name), rows };
}
