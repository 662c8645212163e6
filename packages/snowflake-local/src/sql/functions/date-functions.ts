import { compilationError, unsupported } from '../../errors/snowflake-error.ts';
import { macro } from '../macro-call.ts';
import { literalText, wordOf } from '../tree.ts';
import { type Call, type FunctionRule, type FunctionRules, rule, template } from './function-rule.ts';

/** Units of time by every name that Snowflake takes for them. */
const UNITS: Readonly<Record<string, string>> = {
  ...names('year', 'y', 'yy', 'yyy', 'yyyy', 'yr', 'years', 'yrs'),
  ...names('quarter', 'q', 'qtr', 'qtrs', 'quarters'),
  ...names('month', 'mm', 'mon', 'mons', 'months'),
  ...names('week', 'w', 'wk', 'weekofyear', 'woy', 'wy'),
  ...names('day', 'd', 'dd', 'days', 'dayofmonth'),
  ...names('hour', 'h', 'hh', 'hr', 'hours', 'hrs'),
  ...names('minute', 'm', 'mi', 'min', 'minutes', 'mins'),
  ...names('second', 's', 'sec', 'seconds', 'secs'),
  ...names('millisecond', 'ms', 'msec', 'milliseconds'),
  ...names('microsecond', 'us', 'usec', 'microseconds'),
};

const INTERVALS: Readonly<Record<string, (count: string) => string>> = {
  year: (count) => `to_years(CAST(${count} AS INTEGER))`,
  quarter: (count) => `to_months(CAST(3 * (${count}) AS INTEGER))`,
  month: (count) => `to_months(CAST(${count} AS INTEGER))`,
  week: (count) => `to_days(CAST(7 * (${count}) AS INTEGER))`,
  day: (count) => `to_days(CAST(${count} AS INTEGER))`,
  hour: (count) => `to_hours(CAST(${count} AS BIGINT))`,
  minute: (count) => `to_minutes(CAST(${count} AS BIGINT))`,
  second: (count) => `to_seconds(CAST(${count} AS BIGINT))`,
  millisecond: (count) => `to_microseconds(CAST(1000 * (${count}) AS BIGINT))`,
  microsecond: (count) => `to_microseconds(CAST(${count} AS BIGINT))`,
};

const WHOLE_DAYS = new Set(['year', 'quarter', 'month', 'week', 'day']);

const PARTS: Readonly<Record<string, (value: string) => string>> = {
  ...Object.fromEntries(
    ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'].map((unit) => [
      unit,
      (value) => `date_part('${unit}', ${value})`,
    ]),
  ),
  ...calendarPart('dow', 'dayofweek', 'weekday', 'dow', 'dw'),
  ...calendarPart('isodow', 'dayofweekiso', 'dayofweek_iso', 'weekday_iso', 'dow_iso', 'dw_iso'),
  ...calendarPart('doy', 'dayofyear', 'yearday', 'doy', 'dy'),
  ...calendarPart('week', 'weekiso', 'week_iso', 'weekofyeariso', 'weekofyear_iso'),
  ...calendarPart('isoyear', 'yearofweekiso', 'yearofweek'),
  ...epoch((value) => macro('floor_divide', `epoch_us(${value})`, '1000000'), 'epoch_second', 'epoch', 'epoch_seconds'),
  ...epoch((value) => macro('floor_divide', `epoch_us(${value})`, '1000'), 'epoch_millisecond', 'epoch_milliseconds'),
  ...epoch((value) => `epoch_us(${value})`, 'epoch_microsecond', 'epoch_microseconds'),
  ...epoch((value) => macro('nanosecond_part', value), 'nanosecond', 'nanoseconds', 'ns', 'nsec', 'nanosec', 'nsecond'),
  ...epoch((value) => macro('epoch_nanoseconds', value), 'epoch_nanosecond', 'epoch_nanoseconds'),
};

const datePart: FunctionRule = {
  min: 2,
  max: 2,
  write: ({ args: [part, value], print, name }) => {
    const word = wordOf(part) ?? '';
    const write = PARTS[word] ?? PARTS[UNITS[word] ?? ''];
    if (write === undefined) throw unknownUnit(word, name);
    return write(print(value));
  },
};

/** DATE_TRUNC, which TRUNC shares. */
export const dateTrunc: FunctionRule = {
  min: 2,
  max: 2,
  write: ({ args: [part, value], print, name }) => macro('truncate_time', `'${unitOf(part, name)}'`, print(value)),
};

/** Functions on dates and times. */
export const dateFunctions: FunctionRules = {
  CONVERT_TIMEZONE: { min: 2, max: 3, write: convertTimezone },
  DATEADD: { min: 3, max: 3, write: dateAdd },
  DATEDIFF: { min: 3, max: 3, write: dateDiff },
  DATE_FROM_PARTS: template(3, 'make_date(CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT))'),
  DATE_PART: datePart,
  DATE_TRUNC: dateTrunc,
  DAY: onePart('day'),
  DAYNAME: template(1, `${macro('format_time', '$1', "'%a'", "'%a'")}`),
  DAYOFMONTH: onePart('day'),
  DAYOFWEEK: onePart('dayofweek'),
  DAYOFWEEKISO: onePart('dayofweekiso'),
  DAYOFYEAR: onePart('dayofyear'),
  HOUR: onePart('hour'),
  LAST_DAY: rule(1, 1, ([value]) => `last_day(${macro('to_date', value ?? '')})`),
  MINUTE: onePart('minute'),
  MONTH: onePart('month'),
  MONTHNAME: template(1, `${macro('format_time', '$1', "'%b'", "'%b'")}`),
  QUARTER: onePart('quarter'),
  SECOND: onePart('second'),
  TIMEADD: { min: 3, max: 3, write: dateAdd },
  TIMEDIFF: { min: 3, max: 3, write: dateDiff },
  TIMESTAMPADD: { min: 3, max: 3, write: dateAdd },
  TIMESTAMPDIFF: { min: 3, max: 3, write: dateDiff },
  WEEK: onePart('week'),
  WEEKISO: onePart('weekiso'),
  WEEKOFYEAR: onePart('week'),
  YEAR: onePart('year'),
};

function onePart(part: string): FunctionRule {
  return rule(1, 1, ([value = '']) => (PARTS[part] ?? ((text: string) => text))(value));
}

function dateAdd({ args: [part, count, value], print, name }: Call): string {
  const unit = unitOf(part, name);
  const interval = INTERVALS[unit];
  if (interval === undefined) throw unknownUnit(unit, name);
  return macro(WHOLE_DAYS.has(unit) ? 'add_days' : 'add_time', print(value), interval(print(count)));
}

function dateDiff({ args: [part, from, to], print, name }: Call): string {
  return `date_diff('${unitOf(part, name)}', ${macro('difference_operand', print(from))}, ${macro('difference_operand', print(to))})`;
}

// With two arguments the result keeps the target's wall clock next to its instant, which only UTC can do here.
function convertTimezone({ args, print }: Call): string {
  const value = print(args.at(-1));
  const zones = args.slice(0, -1).map((zone) => literalText(zone));
  const [first, second] = zones;
  if (first === undefined || zones.includes(undefined)) throw unsupported('CONVERT_TIMEZONE with a computed time zone');
  if (second !== undefined) return `timezone(${print(args[1])}, timezone(${print(args[0])}, ${macro('to_timestamp_ntz', value)}))`;
  if (first.toUpperCase() !== 'UTC') throw unsupported(`CONVERT_TIMEZONE('${first}', …) with two arguments`);
  return macro('to_timestamp_ltz', value);
}

function unitOf(part: unknown, name: string): string {
  const word = wordOf(part) ?? '';
  const unit = UNITS[word];
  if (unit === undefined) throw unknownUnit(word, name);
  return unit;
}

function unknownUnit(unit: string, name: string): Error {
  return compilationError('002049', '42601', `error: invalid date or time component '${unit.toUpperCase()}' for function ${name}`);
}

function names(unit: string, ...others: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries([unit, ...others].map((name) => [name, unit]));
}

function calendarPart(duckdb: string, ...words: readonly string[]): typeof PARTS {
  return Object.fromEntries(words.map((word) => [word, (value: string) => `date_part('${duckdb}', ${value})`]));
}

function epoch(write: (value: string) => string, ...words: readonly string[]): typeof PARTS {
  return Object.fromEntries(words.map((word) => [word, write]));
}
