import { type KnownFunction, simpleForms } from './known-function.ts';

// Spark's timestamps with and without a zone are the same moments in UTC.
const ntz = (value: string) => `CAST(${value} AS TIMESTAMP_NTZ)`;
const ltz = (value: string) => `CAST(${ntz(value)} AS TIMESTAMP_LTZ)`;
const MICROS: Readonly<Record<string, number>> = {
  hour: 3_600_000_000,
  minute: 60_000_000,
  second: 1_000_000,
  millisecond: 1000,
  microsecond: 1,
};
const DAYS = ['year', 'quarter', 'month', 'week', 'day'];
const PARTS_OF_DAY = Object.keys(MICROS);

const months = (value: string) => `(year(${value}) * 12 + month(${value}))`;
const quarters = (value: string) => `(year(${value}) * 4 + quarter(${value}))`;
const monday = (value: string) => `trunc(CAST(${value} AS DATE), 'WEEK')`;

const SPARK_DIFFERENCES: Readonly<Record<string, string>> = {
  year: '(year($3) - year($2))',
  quarter: `(${quarters('$3')} - ${quarters('$2')})`,
  month: `(${months('$3')} - ${months('$2')})`,
  week: `(datediff(${monday('$3')}, ${monday('$2')}) div 7)`,
  day: 'datediff(CAST($3 AS DATE), CAST($2 AS DATE))',
};

function differenceOf(unit: string): string {
  const micros = MICROS[unit];
  if (micros === undefined) return SPARK_DIFFERENCES[unit] ?? '';
  const whole = (value: string) => `(unix_micros(date_trunc('${unit.toUpperCase()}', ${ltz(value)})) div ${micros})`;
  return `(${whole('$3')} - ${whole('$2')})`;
}

// Its own unit counts periods of seven days, not Mondays.
const DUCKDB_WEEKS = "(date_diff('day', date_trunc('week', CAST($2 AS DATE)), date_trunc('week', CAST($3 AS DATE))) // 7)";

const differences = ['DATEDIFF', 'TIMESTAMPDIFF', 'TIMEDIFF'].flatMap((name) =>
  [...DAYS, ...PARTS_OF_DAY].map((unit): KnownFunction => {
    // Without a cast DuckDB does not know what a text is.
    const of = DAYS.includes(unit) ? 'DATE' : 'TIMESTAMP';
    return {
      name,
      args: [3, 3],
      meaning: 'how many borders of the unit lie between',
      units: [unit],
      duckdb: unit === 'week' ? DUCKDB_WEEKS : `date_diff('${unit}', CAST($2 AS ${of}), CAST($3 AS ${of}))`,
      spark: differenceOf(unit),
    };
  }),
);

const SPARK_ADDITIONS: Readonly<Record<string, string>> = {
  year: 'add_months($3, CAST($2 AS INT) * 12)',
  quarter: 'add_months($3, CAST($2 AS INT) * 3)',
  month: 'add_months($3, CAST($2 AS INT))',
  week: 'date_add($3, CAST($2 AS INT) * 7)',
  day: 'date_add($3, CAST($2 AS INT))',
};

const additions = ['DATEADD', 'TIMESTAMPADD', 'TIMEADD'].flatMap((name) => [
  ...DAYS.map(
    (unit): KnownFunction => ({
      name,
      args: [3, 3],
      meaning: 'a DATE so many units later; the last day of the month if there is no such day',
      units: [unit],
      kinds: { 3: ['date'] },
      duckdb: `CAST($3 + INTERVAL ($2) ${unit.toUpperCase()} AS DATE)`,
      spark: SPARK_ADDITIONS[unit] ?? '',
    }),
  ),
  ...[...DAYS, ...PARTS_OF_DAY].map(
    (unit): KnownFunction => ({
      name,
      args: [3, 3],
      meaning: 'a TIMESTAMP so many units later',
      units: [unit],
      kinds: { 3: PARTS_OF_DAY.includes(unit) ? ['date', 'timestamp'] : ['timestamp'] },
      duckdb: `(CAST($3 AS TIMESTAMP) + INTERVAL ($2) ${unit.toUpperCase()})`,
      spark: `timestampadd(${unit.toUpperCase()}, CAST($2 AS INT), ${ntz('$3')})`,
    }),
  ),
]);

const truncations = [...DAYS, ...PARTS_OF_DAY].flatMap((unit): KnownFunction[] => [
  ...(DAYS.includes(unit)
    ? [
        {
          name: 'DATE_TRUNC',
          args: [2, 2] as const,
          meaning: 'the first day of the unit; weeks begin on Monday',
          units: [unit],
          kinds: { 2: ['date'] as const },
          duckdb: `CAST(date_trunc('${unit}', $2) AS DATE)`,
          spark: unit === 'day' ? 'CAST($2 AS DATE)' : `trunc($2, '${unit.toUpperCase()}')`,
        },
      ]
    : []),
  {
    name: 'DATE_TRUNC',
    args: [2, 2],
    meaning: 'the first moment of the unit; weeks begin on Monday',
    units: [unit],
    kinds: { 2: ['timestamp'] },
    duckdb: `date_trunc('${unit}', $2)`,
    spark: ntz(`date_trunc('${unit.toUpperCase()}', $2)`),
  },
]);

const PARTS: readonly (readonly [unit: string, duckdb: string, spark: string])[] = [
  ['year', 'year($2)', 'year($2)'],
  ['quarter', 'quarter($2)', 'quarter($2)'],
  ['month', 'month($2)', 'month($2)'],
  ['week', 'weekofyear($2)', 'weekofyear($2)'],
  ['weekiso', 'weekofyear($2)', 'weekofyear($2)'],
  ['yearofweekiso', 'isoyear($2)', 'extract(YEAROFWEEK FROM $2)'],
  ['day', 'day($2)', 'day($2)'],
  ['dayofweek', 'dayofweek($2)', '(dayofweek($2) - 1)'],
  ['dayofweekiso', 'isodow($2)', '(weekday($2) + 1)'],
  ['dayofyear', 'dayofyear($2)', 'dayofyear($2)'],
  ['hour', 'hour($2)', 'hour($2)'],
  ['minute', 'minute($2)', 'minute($2)'],
  ['second', 'second($2)', 'second($2)'],
  ['epoch_second', 'CAST(floor(epoch($2)) AS BIGINT)', `unix_seconds(${ltz('$2')})`],
];

const parts = ['DATE_PART', 'EXTRACT'].flatMap((name) =>
  PARTS.map(
    ([unit, duckdb, spark]): KnownFunction => ({ name, args: [2, 2], meaning: 'a part of a date or time', units: [unit], duckdb, spark }),
  ),
);

const PART_FUNCTIONS = 'YEAR QUARTER MONTH WEEK WEEKISO YEAROFWEEKISO DAY DAYOFWEEK DAYOFWEEKISO DAYOFYEAR HOUR MINUTE SECOND'.split(' ');
const named = [...PART_FUNCTIONS.map((name) => [name, name] as const), ['WEEKOFYEAR', 'WEEK'] as const, ['DAYOFMONTH', 'DAY'] as const];
const alone = named.flatMap(([name, unit]): KnownFunction[] => {
  const [, duckdb = '', spark = ''] = PARTS.find(([part]) => part === unit.toLowerCase()) ?? [];
  const form = (text: string) => text.replaceAll('$2', '$1');
  return [
    { name, args: [1, 1], meaning: 'a part of a date or time; Sunday is day 0 of the week', duckdb: form(duckdb), spark: form(spark) },
  ];
});

/** Functions of dates and times. */
export const DATES: readonly KnownFunction[] = [
  ...differences,
  ...additions,
  ...truncations,
  ...parts,
  ...alone,
  ...simpleForms([
    ['LAST_DAY', 1, 'the last day of the month', 'last_day($1)'],
    ['DAYNAME', 1, 'Mon, Tue, …', 'left(dayname($1), 3)', "date_format($1, 'EEE')"],
    ['MONTHNAME', 1, 'Jan, Feb, …', 'left(monthname($1), 3)', "date_format($1, 'MMM')"],
    ['TO_DATE', 1, 'the day of a timestamp or ISO text', 'CAST($1 AS DATE)'],
    ['DATE', 1, 'the day of a timestamp or ISO text', 'CAST($1 AS DATE)'],
    ['TO_TIMESTAMP', 1, 'the timestamp of a date or ISO text', 'CAST($1 AS TIMESTAMP)', ntz('$1')],
    ['TO_TIMESTAMP_NTZ', 1, 'the timestamp of a date or ISO text', 'CAST($1 AS TIMESTAMP)', ntz('$1')],
    ['DATE_FROM_PARTS', 3, 'a date of year, month, day', 'make_date($1, $2, $3)'],
    [
      'TIMESTAMP_FROM_PARTS',
      6,
      'a timestamp of its parts',
      'make_timestamp($1, $2, $3, $4, $5, CAST($6 AS DOUBLE))',
      'make_timestamp_ntz($1, $2, $3, $4, $5, $6)',
    ],
    [
      'TIMESTAMP_NTZ_FROM_PARTS',
      6,
      'a timestamp of its parts',
      'make_timestamp($1, $2, $3, $4, $5, CAST($6 AS DOUBLE))',
      'make_timestamp_ntz($1, $2, $3, $4, $5, $6)',
    ],
  ]),
];
