import { type ColumnReference, isSaid, nodesOf, readColumn, readEqualities } from './query-parts.ts';
import { isNode, readIdentifier } from './syntax-tree.ts';
import type { SyntaxNode } from './translator.ts';

/** Is told what a query does that cannot be done key by key. */
export type Refuse = (why: string, hint: string) => never;

/** Something that rows are read from; it is told how it must be read, and tells its own sources. */
export interface Relation {
  readonly columns: readonly string[];
  byKey(columns: readonly string[]): void;
  whole(): void;
}

/** One of the sources of a SELECT. */
export interface Source {
  readonly alias: string;
  readonly relation: Relation;
  /** The right side of a left join: its columns are NULL where nothing fits. */
  readonly isOptional: boolean;
  readonly equal: readonly (readonly [ColumnReference, ColumnReference])[];
  readonly using: readonly string[];
}

/** Where a column of one of several sources comes from: `0.customer_id`. */
export type ColumnId = string;

/** One column of a SELECT's result; `column`: it is simply that column. */
export interface Output {
  readonly name: string;
  readonly column: ColumnId | undefined;
}

/** The columns of a SELECT's result. */
export function readOutputs(node: SyntaxNode, sources: readonly Source[]): readonly Output[] {
  return nodesOf(node['expressions']).flatMap((expression): readonly Output[] => {
    const { alias, star } = expression;
    if (isNode(star)) return starOutputs(star, sources);
    const inner = isNode(alias) ? alias['this'] : expression;
    const column = readColumn(inner);
    const name = (isNode(alias) ? readIdentifier(alias['alias'])?.name : column?.name) ?? '';
    return [{ name, column: column === undefined ? undefined : resolve(column, sources) }];
  });
}

function starOutputs(star: SyntaxNode, sources: readonly Source[]): readonly Output[] {
  const table = readIdentifier(star['table'])?.name;
  const left = new Set([...nodesOf(star['except'])].flatMap((name) => readIdentifier(name)?.name ?? []));
  const isChanged = isSaid(star['replace']) || isSaid(star['rename']);
  return sources.flatMap(({ alias, relation }, at) =>
    table !== undefined && table !== alias
      ? []
      : relation.columns.filter((name) => !left.has(name)).map((name) => ({ name, column: isChanged ? undefined : `${at}.${name}` })),
  );
}

// A column that several sources have is the same in all of them if they are joined USING it.
function resolve({ table, name }: ColumnReference, sources: readonly Source[]): ColumnId | undefined {
  const found = sources.flatMap(({ alias, relation }, at) =>
    (table === undefined || table === alias) && relation.columns.includes(name) ? [at] : [],
  );
  const isShared = sources.some(({ using }) => using.includes(name));
  return found.length === 1 || (isShared && found.length > 0) ? `${found[0]}.${name}` : undefined;
}

/** For each column of the key, the columns that have its value in every row. `refuse` is called if there is none. */
export function keyParts(
  key: readonly string[],
  outputs: readonly Output[],
  sources: readonly Source[],
  node: SyntaxNode,
  refuse: Refuse,
): readonly ReadonlySet<ColumnId>[] {
  const where = isNode(node['where_clause']) ? readEqualities(node['where_clause']['this']) : [];
  const required = sources.filter(({ isOptional }) => !isOptional);
  const equal = [...where, ...required.flatMap((source) => source.equal)].flatMap(([a, b]) =>
    pairOf(resolve(a, sources), resolve(b, sources)),
  );
  const shared = sources.flatMap(({ using, isOptional }, at) => (isOptional ? [] : usingPairs(using, sources, at)));
  const isRequired = (id: ColumnId) => sources[Number(id.split('.')[0])]?.isOptional === false;
  const pairs = [...equal, ...shared].filter((pair) => pair.every(isRequired));
  return key.map((name) => {
    const column = outputs.find((output) => output.name === name)?.column;
    if (column === undefined || !isRequired(column)) {
      return refuse(
        `Its key column \`${name}\` is not simply a column of what it reads first.`,
        'Select the column as it is, of a table that is not the right side of a LEFT JOIN; make other keys in silver.',
      );
    }
    return closure(column, pairs);
  });
}

const pairOf = (a: ColumnId | undefined, b: ColumnId | undefined): [ColumnId, ColumnId][] =>
  a === undefined || b === undefined ? [] : [[a, b]];

function usingPairs(using: readonly string[], sources: readonly Source[], at: number): [ColumnId, ColumnId][] {
  return using.flatMap((name) => {
    const before = sources.findIndex(({ relation }) => relation.columns.includes(name));
    return before < 0 || before >= at ? [] : ([[`${before}.${name}`, `${at}.${name}`]] as [ColumnId, ColumnId][]);
  });
}

function closure(start: ColumnId, pairs: readonly (readonly ColumnId[])[]): ReadonlySet<ColumnId> {
  const known = new Set([start]);
  for (let before = 0; before !== known.size; ) {
    before = known.size;
    for (const pair of pairs) if (pair.some((id) => known.has(id))) for (const id of pair) known.add(id);
  }
  return known;
}

/** The column of a source that has this part of the key, if one has. */
export function columnOf(source: Source, at: number, sources: readonly Source[], part: ReadonlySet<ColumnId>): string | undefined {
  const pairs = source.isOptional
    ? [...source.equal.flatMap(([a, b]) => pairOf(resolve(a, sources), resolve(b, sources))), ...usingPairs(source.using, sources, at)]
    : [];
  const all = [...part, ...pairs.flatMap(([a, b]) => (part.has(a) ? [b] : part.has(b) ? [a] : []))];
  return all.find((id) => id.startsWith(`${at}.`))?.split('.')[1];
}

/** Tells whether a list of expressions has every part of the key. */
export function isCovered(
  parts: readonly ReadonlySet<ColumnId>[],
  list: readonly SyntaxNode[],
  outputs: readonly Output[],
  sources: readonly Source[],
  hasPositions: boolean,
): boolean {
  const ids = list.flatMap((expression) => {
    const { literal } = expression;
    if (hasPositions && isNode(literal)) return outputs[Number(literal['value']) - 1]?.column ?? [];
    const column = readColumn(expression);
    if (column === undefined) return [];
    const found = resolve(column, sources);
    return found ?? outputs.find(({ name }) => column.table === undefined && name === column.name)?.column ?? [];
  });
  return parts.every((part) => ids.some((id) => part.has(id)));
}
