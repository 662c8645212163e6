import { addDays, type LogicalDate } from '../layout/logical-date.ts';
import type { ColumnType } from '../sql/column-type.ts';

/**
 * Values of a type at which engines part ways, as text. `rare`: so large, so small or so odd that one of them may fail a whole
 * build, or swallow all others in a sum.
 */
export interface EdgeValues {
  readonly common: readonly string[];
  readonly rare: readonly string[];
}

/** The edges of a type; dates and times lie around `day`, the logical date, and at the ends of the calendar. */
export function edgeValues(type: ColumnType, day: LogicalDate): EdgeValues {
  switch (type.kind) {
    case 'boolean':
      return { common: ['true', 'false'], rare: [] };
    case 'bigint':
      return { common: SMALL_INTEGERS, rare: LARGE_INTEGERS };
    case 'decimal':
      return decimals(type.precision, type.scale);
    case 'double':
      return { common: DOUBLES, rare: RARE_DOUBLES };
    case 'varchar':
      return { common: TEXTS, rare: RARE_TEXTS };
    case 'json':
      return { common: JSON_TEXTS, rare: ['null', '"a"', '1e400', '{"a":12345678901234567890.5}'] };
    case 'date':
      return { common: daysAround(day), rare: RARE_DAYS };
    case 'timestamp':
      return timestamps(day);
    case 'time':
      return { common: ['00:00:00', '12:34:56.789012', '23:59:59.999999', '02:30:00', '12:00:00'], rare: [] };
    case 'binary':
      return { common: ['', '00', 'FF', 'C3A9', 'DEADBEEF', '61'], rare: [] };
  }
}

const SMALL_INTEGERS = ['0', '1', '-1', '2', '3', '5', '7', '-7', '10', '12', '99', '100', '365', '-100'];
const LARGE_INTEGERS = ['2147483647', '2147483648', '-2147483649', '9007199254740993', '999999999999999999', '-999999999999999999'];

// Multiples of a power of two, whose sums are exact, and tenths, whose sums are not.
const DOUBLES = ['0', '-0.0', '0.5', '1.5', '2.5', '-0.5', '-1.5', '0.1', '0.2', '1', '-1', '3', '7', '100.25', '1000000'];
const RARE_DOUBLES = ['NaN', 'inf', '-inf', '1e15', '9007199254740993', '1.7976931348623157e308', '5e-324', '1e-7', '123456789.123456789'];

const TEXTS = [
  ...['', ' ', 'a', 'A', 'b', 'ab', ' a ', 'a  b', 'x', 'Z', 'null', '0', '1', '-1', '01', '1.5', '2.5', '-0.5', 'true', 'N'],
  ...["it's", '"', '\\', 'a\\b', '%', '_', 'a%b', 'a_b', 'a,b', 'é', 'É', 'e\u0301', 'ß', '\u{1F600}', 'a\u{1F600}b', '中文'],
  ...['2024-02-29', '2023-02-29', '31/12/2023', '2024-01-01 00:00:00', '1,000.50', ' 12 '],
];
const RARE_TEXTS = [
  ...['\\n', '\n', 'a\nb', '\t', '\u00a0', '\u200b', 'İ', 'ı', 'Σ', 'ς', 'ﬁ', 'Ǆ', '\u0661\u0662', '\u{1D4B3}', '\ufeffa', '\u2028'],
  ...['1e3', '1e400', '+1', '0x10', 'Infinity', 'NaN', '.5', '5.', '1_000', '99999999999999999999', '{"a":1}', 'a'.repeat(300)],
  ...['9999-12-31', '0001-01-01', '2024-1-5', '24:00:00', 'TRUE', 'yes'],
];

const JSON_TEXTS = [
  '{}',
  '[]',
  '1',
  'true',
  '{"a":1}',
  '{"a":"x","b":null}',
  '{"a":{"b":"x"}}',
  '[1,2]',
  '{"a":[{"b":1.50}]}',
  '{"a":"é"}',
];

const RARE_DAYS = ['0001-01-01', '9999-12-31', '1582-10-04', '1582-10-15', '1900-02-28', '1969-12-31', '1970-01-01'];
const TURNING_DAYS = ['2000-02-29', '2023-02-28', '2024-02-29', '2024-03-31', '2023-12-31', '2024-12-30', '2021-01-03'];

function daysAround(day: LogicalDate): readonly string[] {
  return [...[0, -1, 1, -7, -29, -30, -31, -89, -90, -91, -365].map((days) => addDays(day, days)), ...TURNING_DAYS];
}

function timestamps(day: LogicalDate): EdgeValues {
  const times = ['00:00:00', '23:59:59.999999', '12:34:56.789012', '12:00:00.5', '00:00:00.000001', '01:30:00', '02:30:00'];
  const around = daysAround(day).map((on, at) => `${on} ${times[at % times.length]}`);
  // Instants that clocks of Europe and America skip or have twice.
  const turns = ['2024-03-31 01:30:00', '2024-03-10 02:30:00', '2024-11-03 01:30:00', '2024-10-27 02:30:00'];
  const rare = RARE_DAYS.flatMap((on) => [`${on} 00:00:00`, `${on} 23:59:59.999999`]);
  return { common: [...around, `${day} 00:00:00`, `${day} 23:59:59.999999`, ...turns], rare };
}

function decimals(precision: number, scale: number): EdgeValues {
  const [whole, unit] = ['9'.repeat(precision - scale), scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`];
  const largest = scale === 0 ? whole : `${whole === '' ? '0' : whole}.${'9'.repeat(scale)}`;
  const half = scale === 0 ? [] : [`0.${'0'.repeat(scale - 1)}5`, `-0.${'0'.repeat(scale - 1)}5`];
  const simple = ['0', '1', '-1', '2', '3', '7', '-7', '10', '0.5', '1.5', '2.5', '-0.5', '-1.5', '0.05', '0.15', '0.25', '1.005', '99.99'];
  const fits = (text: string): boolean => {
    const [before = '', after = ''] = text.replace('-', '').split('.');
    return after.length <= scale && (before === '0' ? 0 : before.length) <= precision - scale;
  };
  return { common: [...simple.filter(fits), unit, `-${unit}`, ...half], rare: [largest, `-${largest}`] };
}
