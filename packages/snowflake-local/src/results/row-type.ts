import type { TableName } from '../sql/identifiers.ts';
import type { SnowflakeType } from '../sql/snowflake-type.ts';
import type { ResultColumn } from './result-column.ts';

/** A column of `resultSetMetaData.rowType`. */
export interface RowTypeColumn {
  readonly name: string;
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly nullable: boolean;
  readonly type: SnowflakeType['kind'];
  readonly precision: number | null;
  readonly scale: number | null;
  readonly length: number | null;
  readonly byteLength: number | null;
  readonly collation: null;
}

/** Describes result columns as the SQL API does. */
export function rowType(columns: readonly ResultColumn[], table: TableName | undefined): readonly RowTypeColumn[] {
  return columns.map(({ name, type, isNullable, isOfTable }) => ({
    name,
    database: isOfTable ? (table?.database ?? '') : '',
    schema: isOfTable ? (table?.schema ?? '') : '',
    table: isOfTable ? (table?.name ?? '') : '',
    nullable: isNullable,
    type: type.kind,
    ...sizeOf(type),
    collation: null,
  }));
}

function sizeOf(type: SnowflakeType): Pick<RowTypeColumn, 'precision' | 'scale' | 'length' | 'byteLength'> {
  const none = { precision: null, scale: null, length: null, byteLength: null };
  switch (type.kind) {
    case 'fixed':
      return { ...none, precision: type.precision, scale: type.scale };
    case 'text':
      return { ...none, length: type.length, byteLength: Math.min(4 * type.length, 16_777_216) };
    case 'binary':
      return { ...none, length: type.length, byteLength: type.length };
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return { ...none, precision: 0, scale: type.scale };
    default:
      return none;
  }
}
