import type { ColumnType } from '../sql/column-type.ts';

/**
 * Orders two values of a type as the engines do, negative where `a` comes first; undefined where their texts do not tell, or
 * where the engine would round one of them to the type first.
 */
export function orderExactly(type: ColumnType, a: string, b: string): number | undefined {
  switch (type.kind) {
    case 'bigint':
      return orderBy(wholeNumber(a, 0), wholeNumber(b, 0));
    case 'decimal':
      return orderBy(wholeNumber(a, type.scale), wholeNumber(b, type.scale));
    case 'date':
      return orderBy(DAY.test(a) ? a : undefined, DAY.test(b) ? b : undefined);
    case 'timestamp':
      return orderBy(instant(a), instant(b));
    default:
      return undefined;
  }
}

const DAY = /^\d{4}-\d\d-\d\d$/;

function orderBy<T extends bigint | string>(a: T | undefined, b: T | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

// The number times 10^scale.
function wholeNumber(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d*?)0*)?$/.exec(text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (match === null || fraction.length > scale) return undefined;
  const size = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -size : size;
}

// Texts of one form order as the instants do: a digit of a fraction less is a shorter text.
function instant(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?$/.exec(text);
  if (match === null) return undefined;
  const [, day = '', time = '00:00:00'] = match;
  const [clock = '', fraction = ''] = time.split('.');
  return `${day} ${clock.padEnd(8, ':00')}.${fraction.padEnd(6, '0')}`;
}
