import { nodesOf, readCommonTables } from './query-parts.ts';
import { isNode, readIdentifier } from './syntax-tree.ts';
import type { SyntaxNode } from './translator.ts';

/** The names of the columns of tables, by the relation's name. */
export type ColumnsOfTables = ReadonlyMap<string, readonly string[]>;

/** Something that a SELECT reads, by its name in there. */
interface NamedSource {
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
}

/** What a SELECT's `*` or `t.*` stands for (before REPLACE and RENAME), as columns with their tables; undefined where that cannot be told. */
export function columnsOfStar(
  select: SyntaxNode,
  star: SyntaxNode,
  tables: ColumnsOfTables,
): readonly (readonly [string, string])[] | undefined {
  const table = readIdentifier(star['table'])?.name.toLowerCase();
  const hasUsing = nodesOf(select['joins']).some((join) => nodesOf(join['using']).length > 0);
  const sources = sourcesOf(select, tables).filter(({ alias }) => table === undefined || alias === table);
  if (sources.length === 0 || (hasUsing && table === undefined)) return undefined;
  const excluded = new Set(nodesOf(star['except']).map((one) => readIdentifier(one)?.name.toLowerCase()));
  const found: (readonly [string, string])[] = [];
  for (const { alias, columns } of sources) {
    if (columns === undefined) return undefined;
    found.push(...columns.filter((name) => !excluded.has(name)).map((name) => [alias, name] as const));
  }
  return found;
}

/** Adds the common tables of a query to the tables that are known. */
export function withCommonTables(query: SyntaxNode, tables: ColumnsOfTables): ColumnsOfTables {
  const known = new Map(tables);
  for (const { name, body } of readCommonTables(query)) {
    const columns = outputsOf(body['this'], known);
    if (columns !== undefined) known.set(name.toLowerCase(), columns);
  }
  return known;
}

function outputsOf(node: unknown, tables: ColumnsOfTables): readonly string[] | undefined {
  if (!isNode(node)) return undefined;
  const { select, union, intersect, except, subquery } = node;
  for (const set of [union, intersect, except]) if (isNode(set)) return outputsOf(set['left'], tables);
  if (isNode(subquery)) return outputsOf(subquery['this'], tables);
  if (!isNode(select)) return undefined;
  const known = withCommonTables(select, tables);
  const names: string[] = [];
  for (const expression of nodesOf(select['expressions'])) {
    const { star, alias, column } = expression;
    const columns = isNode(star) ? columnsOfStar(select, star, known) : undefined;
    const name = readIdentifier(isNode(alias) ? alias['alias'] : isNode(column) ? column['name'] : undefined)?.name.toLowerCase();
    if (columns === undefined && name === undefined) return undefined;
    names.push(...(isNode(star) ? (columns?.map(([, one]) => renamed(star, one)) ?? []) : [name ?? '']));
  }
  return names;
}

/** The name that `* RENAME` gives a column. */
export function renamed(star: SyntaxNode, name: string): string {
  const pairs: unknown[] = Array.isArray(star['rename']) ? star['rename'] : [];
  const pair = pairs.find((one): one is unknown[] => Array.isArray(one) && readIdentifier(one[0])?.name.toLowerCase() === name);
  return readIdentifier(pair?.[1])?.name.toLowerCase() ?? name;
}

/** What `* REPLACE` puts in a column's place, with its name. */
export function replacementOf(star: SyntaxNode, name: string): SyntaxNode | undefined {
  // The tree has `{ this, alias }` there, or that below `alias`.
  const all = nodesOf(star['replace']).map((one) => (isNode(one['alias']) && 'this' in one['alias'] ? one['alias'] : one));
  const found = all.find((one) => readIdentifier(one['alias'])?.name.toLowerCase() === name);
  return found === undefined ? undefined : { alias: found };
}

function sourcesOf(select: SyntaxNode, tables: ColumnsOfTables): readonly NamedSource[] {
  const from = isNode(select['from']) ? nodesOf(select['from']['expressions']) : [];
  const joined = nodesOf(select['joins']).flatMap((join) => (isNode(join['this']) ? [join['this']] : []));
  return [...from, ...joined].map(({ table, subquery }): NamedSource => {
    if (isNode(table)) {
      const name = readIdentifier(table['name'])?.name.toLowerCase() ?? '';
      return { alias: readIdentifier(table['alias'])?.name.toLowerCase() ?? name, columns: tables.get(name) };
    }
    const alias = isNode(subquery) ? (readIdentifier(subquery['alias'])?.name.toLowerCase() ?? '') : '';
    return { alias, columns: isNode(subquery) ? outputsOf(subquery['this'], tables) : undefined };
  });
}
