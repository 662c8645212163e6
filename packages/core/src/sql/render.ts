import { type ColumnType, renderColumnType } from './column-type.ts';
import type { EngineDialect, RenderedSql } from './text.ts';
import { quoteIdentifier, quoteLiteral, sqlText } from './text.ts';

/** A constant that a user wrote in the declaration. */
export type Scalar = string | number | boolean;

/** The words of one dialect, for rules that are rendered for both. */
export interface Words {
  readonly dialect: EngineDialect;
  name(column: string): string;
  text(value: string): string;
  type(type: ColumnType): string;
  /** A constant of the given type. */
  constant(value: Scalar, type: ColumnType): string;
}

const WORDS: Readonly<Record<EngineDialect, Words>> = { duckdb: wordsOf('duckdb'), spark: wordsOf('spark') };

function wordsOf(dialect: EngineDialect): Words {
  return {
    dialect,
    name: (column) => quoteIdentifier(column, dialect),
    text: (value) => quoteLiteral(value, dialect),
    type: (type) => renderColumnType(type, dialect),
    constant: (value, type) => `CAST(${quoteLiteral(String(value), dialect)} AS ${renderColumnType(type, dialect)})`,
  };
}

/** Renders one query for both engines. */
export function forBoth(render: (words: Words) => string): RenderedSql {
  return { duckdb: sqlText(render(WORDS.duckdb)), spark: sqlText(render(WORDS.spark)) };
}

/** Changes the text of both renderings in the same way. */
export function mapBoth(sql: RenderedSql, change: (text: string) => string): RenderedSql {
  return { duckdb: sqlText(change(sql.duckdb)), spark: sqlText(change(sql.spark)) };
}
