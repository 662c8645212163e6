import { type DatasetName, relationOf } from '../layout/dataset-name.ts';
import type { Column } from '../sql/column-type.ts';
import { isNode, readIdentifier, walkTree } from '../sql/syntax-tree.ts';
import type { Token } from '../sql/token.ts';
import type { SyntaxNode } from '../sql/translator.ts';

interface ReadDataset {
  readonly name: DatasetName;
  readonly columns: readonly Column[];
}

// Words by which a query takes columns that it does not name.
const UNNAMED = ['natural', 'columns', 'pivot', 'unpivot', 'match_recognize'];

/**
 * For each input of a query, the columns that can have a say in its rows, rather too many than too few: those whose name stands
 * anywhere in the text. An input that is not in the answer is read as a whole, e.g. by `*`. Lineage would say less; but a way
 * that it overlooked would leave a table stale without a word, and a name in the text cannot be overlooked.
 */
export function columnsRead(
  statement: unknown,
  tokens: readonly Token[],
  inputs: readonly ReadDataset[],
): Readonly<Record<DatasetName, readonly string[]>> {
  const words = new Set(tokens.map(({ text }) => text.replaceAll('"', '').toLowerCase()));
  if (UNNAMED.some((word) => words.has(word))) return {};
  const whole = readAsWhole(statement);
  const named = inputs.filter(({ name }) => !whole.has(relationOf(name)));
  return Object.fromEntries(
    named.map(({ name, columns }) => [name, columns.map((column) => column.name).filter((column) => words.has(column))]),
  );
}

// The relations that a `*` beside them takes all columns of, or whose alias stands where a column could: then it is the whole row.
function readAsWhole(statement: unknown): ReadonlySet<string> {
  const whole = new Set<string>();
  const names = columnNames(statement);
  walkTree({ statement }, (key, node) => {
    if (key !== 'select') return;
    const parts = partsOf(node);
    const hasStar = parts.some(([part]) => part === 'star');
    for (const [part, table] of parts) {
      const relation = part === 'table' ? readIdentifier(table['name'])?.name : undefined;
      if (relation === undefined) continue;
      const alias = readIdentifier(table['alias'])?.name ?? relation;
      if (hasStar || names.has(alias)) whole.add(relation);
    }
  });
  return whole;
}

// All nodes of one SELECT without those of the queries inside it.
function partsOf(node: unknown): readonly (readonly [string, SyntaxNode])[] {
  if (Array.isArray(node)) return node.flatMap(partsOf);
  if (!isNode(node)) return [];
  return Object.entries(node).flatMap(([key, child]) => {
    if (key === 'select') return [];
    const below = partsOf(child);
    return isNode(child) ? [[key, child] as const, ...below] : below;
  });
}

function columnNames(statement: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  walkTree({ statement }, (key, node) => {
    const name = key === 'column' ? readIdentifier(node['name'])?.name : undefined;
    if (name !== undefined) names.add(name);
  });
  return names;
}
