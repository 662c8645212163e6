import { SnowmeltError, type SpooledColumn } from '@snowmelt/core/ports';
import { identifier, literal, typeOf } from './duckdb-sql.ts';
import type { Statements } from './statements.ts';

const INTEGERS = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|DECIMAL\(\d+,0\))$/;

/** Demands that each file has exactly these columns, of types that turn into theirs without loss. @throws source/landed-files-differ */
export async function checkLandedSchema(
  columns: readonly SpooledColumn[],
  paths: readonly string[],
  statements: Statements,
): Promise<void> {
  for (const path of paths) {
    const relation = `read_parquet(${literal(path)}, hive_partitioning = false)`;
    const found = await statements.rows(`DESCRIBE SELECT * FROM ${relation}`, 'reading the schema of an unloaded file');
    const names = found.map(([name]) => String(name));
    if (names.join('\n') !== columns.map(({ name }) => name).join('\n')) throw landedDiffers('the columns of a file are others');
    for (const [i, column] of columns.entries()) {
      const type = String(found[i]?.[1]);
      if (!isFaithful(column, type)) throw landedDiffers(`column ${identifier(column.name)} is ${type}, not ${carrierOf(column)}`);
    }
  }
}

function carrierOf(column: SpooledColumn): string {
  if (column.encoding === 'epoch_us') return 'BIGINT';
  return column.encoding === 'native' ? typeOf(column) : 'VARCHAR';
}

// Snowflake chooses the width of a number by itself; a cast to the declared one is exact or fails.
function isFaithful(column: SpooledColumn, type: string): boolean {
  const expected = carrierOf(column);
  if (type === expected) return true;
  if (expected === 'BIGINT') return INTEGERS.test(type);
  if (column.encoding !== 'native' || column.type.kind !== 'decimal') return false;
  const [, scale = '0'] = /^DECIMAL\(\d+,(\d+)\)$/.exec(type) ?? [];
  return (INTEGERS.test(type) || type.startsWith('DECIMAL(')) && Number(scale) <= column.type.scale;
}

/** Unloaded files that are not what the source said of them. */
export function landedDiffers(what: string): SnowmeltError {
  return new SnowmeltError('source/landed-files-differ', {
    message: `What the source unloaded is not what it reported: ${what}.`,
    hint: 'Nothing was published. Check that the stage and its `url` name the same place, and that nothing else writes there; then run again.',
  });
}
