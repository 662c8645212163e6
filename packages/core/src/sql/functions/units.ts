// The spellings that Snowflake takes for the parts of dates and times.
const SPELLINGS: Readonly<Record<string, string>> = {
  year: 'year years y yy yyy yyyy yr yrs',
  quarter: 'quarter quarters q qtr qtrs',
  month: 'month months mm mon mons',
  week: 'week weeks w wk weekofyear woy wy',
  day: 'day days d dd dayofmonth',
  hour: 'hour hours h hh hr hrs',
  minute: 'minute minutes m mi min mins',
  second: 'second seconds s sec secs',
  millisecond: 'millisecond milliseconds ms msec',
  microsecond: 'microsecond microseconds us usec',
  dayofweek: 'dayofweek weekday dow dw',
  dayofweekiso: 'dayofweekiso weekday_iso dow_iso dayofweek_iso dw_iso',
  dayofyear: 'dayofyear yearday doy dy',
  weekiso: 'weekiso week_iso weekofyeariso weekofyear_iso',
  yearofweekiso: 'yearofweekiso',
  epoch_second: 'epoch_second epoch epoch_seconds',
};

const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries(SPELLINGS).flatMap(([unit, spellings]) => spellings.split(' ').map((spelling) => [spelling, unit] as const)),
);

/** The unit that a spelling means; undefined: none. */
export function readUnit(spelling: string): string | undefined {
  return UNITS.get(spelling.toLowerCase());
}
