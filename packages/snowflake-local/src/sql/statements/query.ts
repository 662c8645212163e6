import { identifierName } from '../identifiers.ts';
import { isInformationSchema } from '../information-schema.ts';
import { printExpression } from '../print-expression.ts';
import { resolveTable, type Scope } from '../scope.ts';
import { typeOf } from '../snowflake-type.ts';
import { type Fields, fieldsOf, isPresent, listOf, nodeOf } from '../tree.ts';
import { isSmallSelect } from './small-result.ts';
import type { IntegerWord, ProjectedColumn, Projection, TranslatedQuery } from './translated.ts';

/** Translates SELECT and the set operations. */
export function translateQuery(fields: Fields, scope: Scope, kind: string): TranslatedQuery {
  const sql = printExpression({ [kind]: fields }, scope);
  return {
    kind: 'query',
    sql,
    tables: scope.tables,
    past: scope.past,
    scans: scope.scans,
    projection: projectionOf(kind, fields, scope),
    isSmall: kind === 'select' && isSmallSelect(fields),
  };
}

// Only a plain SELECT over one table says more than DuckDB does.
function projectionOf(kind: string, fields: Fields, scope: Scope): Projection {
  if (kind !== 'select') return { columns: [] };
  const plain = listOf(fields['expressions']).map(projectedColumn);
  const [relation, ...others] = listOf(fieldsOf(fields['from'])['expressions']);
  const isSingle = relation !== undefined && others.length === 0 && !isPresent(fields['joins']) && !isPresent(fields['with']);
  if (!isSingle || nodeOf(relation).kind !== 'table') return { columns: plain };
  // CHANGES gives three more columns behind the table's own.
  const metadata: readonly ProjectedColumn[] = Array.from({ length: isPresent(nodeOf(relation).fields['changes']) ? 3 : 0 }, () => ({
    kind: 'expression',
  }));
  const columns = plain.flatMap((column) => (column.kind === 'star' ? [column, ...metadata] : [column]));
  const table = resolveTable(nodeOf(relation).fields, scope);
  return isInformationSchema(table) ? { columns } : { columns, table };
}

function projectedColumn(item: unknown): ProjectedColumn {
  const { kind, fields } = nodeOf(item);
  switch (kind) {
    case 'alias': {
      const column = projectedColumn(fields['this']);
      return column.kind === 'column' ? { ...column, isRenamed: true } : column;
    }
    case 'column':
      return { kind: 'column', name: identifierName(fields['name']), isRenamed: false };
    case 'star':
      return isPresent(fields['rename']) ? { kind: 'expression' } : { kind: 'star', without: listOf(fields['except']).map(identifierName) };
    case 'cast':
    case 'try_cast':
      return { kind: 'expression', type: typeOf(fields['to']), ...integerWord(fields['to']) };
    default:
      return { kind: 'expression' };
  }
}

const INTEGERS: Readonly<Record<string, IntegerWord>> = { tiny_int: 'TINYINT', small_int: 'SMALLINT', int: 'INTEGER', big_int: 'BIGINT' };

function integerWord(type: unknown): { readonly integer?: IntegerWord } {
  const integer = INTEGERS[String(fieldsOf(type)['data_type'])];
  return integer === undefined ? {} : { integer };
}
