import type { LogicalDate } from '../layout/logical-date.ts';
import type { Column, ColumnType } from '../sql/column-type.ts';
import { type EdgeValues, edgeValues } from './edge-values.ts';
import { type Literals, numbersNear, textsNear } from './literals.ts';
import type { Random } from './random.ts';

const COMMON = 14;
const RARE = 4;
// Days are partitions, each with files of its own: many of them make a build slow and no difference likelier.
const COMMON_DAYS = 6;
const RARE_DAYS = 2;

/**
 * The values that columns draw from in one round. Columns of the same name and type share theirs, whatever table they are in, so
 * that joins find partners and groups have several rows.
 */
export function openPools(literals: Literals, day: LogicalDate, random: Random): (column: Column) => EdgeValues {
  const pools = new Map<string, EdgeValues>();
  return ({ name, type }) => {
    const key = `${name} ${JSON.stringify(type)}`;
    const pool = pools.get(key) ?? makePool(type, literals, day, random);
    pools.set(key, pool);
    return pool;
  };
}

function makePool(type: ColumnType, literals: Literals, day: LogicalDate, random: Random): EdgeValues {
  const edges = edgeValues(type, day);
  const near = nearLiterals(type, literals, random);
  const [common, rare] = type.kind === 'date' || type.kind === 'timestamp' ? [COMMON_DAYS, RARE_DAYS] : [COMMON, RARE];
  return { common: [...new Set([...random.some(edges.common, common), ...near])], rare: random.some(edges.rare, rare) };
}

function nearLiterals(type: ColumnType, { texts, numbers }: Literals, random: Random): readonly string[] {
  switch (type.kind) {
    case 'varchar':
      return random.some(
        texts.flatMap((text) => textsNear(text, random)),
        COMMON * 2,
      );
    case 'bigint':
      return random.some(numbers.filter(isWhole).flatMap(numbersNear), COMMON);
    case 'decimal': {
      const room = 10n ** BigInt(type.precision - type.scale);
      const fits = (number: string): boolean => BigInt(number.replace('-', '')) < room;
      return random.some(numbers.filter(isWhole).flatMap(numbersNear).filter(fits), COMMON);
    }
    case 'double':
      return random.some(numbers, COMMON);
    case 'date':
      return texts.filter((text) => /^\d{4}-\d\d-\d\d$/.test(text));
    case 'timestamp':
      return texts.filter((text) => /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/.test(text));
    default:
      return [];
  }
}

function isWhole(number: string): boolean {
  return /^-?\d{1,17}$/.test(number);
}
