import type { TableColumn } from '../database/catalog.ts';
import { unsupported } from '../errors/snowflake-error.ts';
import { snowflakeType } from '../sql/duckdb-type.ts';
import type { SnowflakeType } from '../sql/snowflake-type.ts';
import type { ProjectedColumn, Projection } from '../sql/statements/translated.ts';

/** A column as DuckDB will give it. */
export interface DuckdbColumn {
  readonly name: string;
  readonly duckdbType: string;
}

/** A column of a result: how DuckDB holds it, and what Snowflake says of it. */
export interface ResultColumn extends DuckdbColumn {
  readonly type: SnowflakeType;
  readonly isNullable: boolean;
  /** Whether it is a column of the projection's table as it stands there. */
  readonly isOfTable: boolean;
}

/** Puts together what DuckDB and the table's definition say of a result. @throws SnowflakeError for a type Snowflake has not. */
export function resultColumns(
  columns: readonly DuckdbColumn[],
  projection: Projection,
  table: readonly TableColumn[],
): readonly ResultColumn[] {
  const origins = originsOf(projection.columns, table);
  const areAligned = origins.length === columns.length;
  return columns.map((column, at) => {
    const origin = areAligned ? origins[at] : undefined;
    const type = agreeingType(origin?.type, column) ?? snowflakeType(column.duckdbType);
    if (type === undefined) throw unsupported(`a result of type ${column.duckdbType}`);
    return {
      ...column,
      name: origin?.name ?? column.name,
      type,
      isNullable: origin?.isNullable ?? true,
      isOfTable: origin?.isOfTable ?? false,
    };
  });
}

interface Origin {
  /** As the statement has it: DuckDB gives the name as it is stored. */
  readonly name?: string | undefined;
  readonly type: SnowflakeType | undefined;
  readonly isNullable: boolean;
  readonly isOfTable: boolean;
}

const UNKNOWN: Origin = { type: undefined, isNullable: true, isOfTable: false };

function originsOf(columns: readonly ProjectedColumn[], table: readonly TableColumn[]): readonly Origin[] {
  const fromTable = ({ type, isNullable }: TableColumn): Origin => ({ type, isNullable, isOfTable: true });
  return columns.flatMap((column) => {
    switch (column.kind) {
      case 'expression':
        return [{ ...UNKNOWN, type: column.type }];
      case 'star':
        return table.filter(({ name }) => !column.without.some((without) => isSame(without, name))).map(fromTable);
      case 'column': {
        const found = table.find(({ name }) => isSame(name, column.name));
        const name = column.isRenamed ? undefined : column.name;
        return [{ ...(found === undefined ? UNKNOWN : fromTable(found)), name }];
      }
      default:
        return [];
    }
  });
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

// What was declared must fit what DuckDB gives; else DuckDB knows better.
function agreeingType(declared: SnowflakeType | undefined, { duckdbType }: DuckdbColumn): SnowflakeType | undefined {
  const actual = snowflakeType(duckdbType);
  if (declared === undefined || actual === undefined) return undefined;
  if (declared.kind === 'fixed' && actual.kind === 'fixed') {
    return declared.precision === actual.precision && declared.scale === actual.scale ? declared : undefined;
  }
  const isRefinement =
    declared.kind === actual.kind ||
    (declared.kind === 'timestamp_tz' && actual.kind === 'timestamp_ltz') ||
    (['object', 'array'].includes(declared.kind) && actual.kind === 'variant');
  return isRefinement ? declared : undefined;
}
