import type { ValueKind } from '../value-kind.ts';

const OF_KIND: Readonly<Record<string, string>> = {
  text: 'UPPER LOWER LEFT RIGHT SUBSTR SUBSTRING TRIM LTRIM RTRIM LPAD RPAD REPLACE REPEAT REVERSE CONCAT SPLIT_PART TRANSLATE MD5 MD5_HEX SHA1 SHA1_HEX SHA2 SHA2_HEX REGEXP_SUBSTR REGEXP_REPLACE DAYNAME MONTHNAME LISTAGG',
  number:
    'LENGTH LEN POSITION CHARINDEX REGEXP_COUNT SIGN DATEDIFF TIMESTAMPDIFF TIMEDIFF DATE_PART EXTRACT YEAR QUARTER MONTH WEEK WEEKISO YEAROFWEEKISO DAY DAYOFWEEK DAYOFWEEKISO DAYOFYEAR HOUR MINUTE SECOND WEEKOFYEAR DAYOFMONTH COUNT_IF COUNT ROW_NUMBER RANK DENSE_RANK NTILE BITAND BITOR BITXOR',
  float:
    'SQRT EXP LN POWER POW SQUARE AVG MEDIAN PERCENTILE_CONT STDDEV STDDEV_SAMP STDDEV_POP VARIANCE VAR_SAMP VAR_POP CORR COVAR_POP COVAR_SAMP PERCENT_RANK CUME_DIST DIV0',
  boolean: 'CONTAINS STARTSWITH ENDSWITH REGEXP_LIKE EQUAL_NULL BOOLAND_AGG BOOLOR_AGG',
  date: 'LAST_DAY TO_DATE DATE DATE_FROM_PARTS',
  timestamp: 'TO_TIMESTAMP TO_TIMESTAMP_NTZ TIMESTAMP_FROM_PARTS TIMESTAMP_NTZ_FROM_PARTS',
};

const RESULTS = new Map(
  Object.entries(OF_KIND).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind as ValueKind] as const)),
);
const DAY_UNITS = /^(year|quarter|month|week|day)$/;

/** The kind of value that a call gives; undefined where it cannot be told. `unit`: its first argument if that is one. */
export function resultKind(name: string, args: readonly (ValueKind | undefined)[], unit: string | undefined): ValueKind | undefined {
  if (name.startsWith('SNOWMELT_')) return undefined;
  const known = RESULTS.get(name);
  if (known !== undefined) return known;
  switch (name) {
    case 'DATEADD':
    case 'TIMESTAMPADD':
    case 'TIMEADD':
      return args[2] === 'date' && !DAY_UNITS.test(unit ?? '') ? 'timestamp' : args[2];
    case 'DATE_TRUNC':
      return args[1];
    case 'IFF':
    case 'NVL2':
      return agreed(args.slice(1));
    case 'COALESCE':
    case 'NVL':
    case 'IFNULL':
    case 'GREATEST':
    case 'LEAST':
      return agreed(args);
    case 'MOD':
      return args.includes('float') ? 'float' : args[0];
    default:
      return args[0];
  }
}

// NULL has no kind, and says nothing of the others.
function agreed(kinds: readonly (ValueKind | undefined)[]): ValueKind | undefined {
  const known = [...new Set(kinds.filter((kind) => kind !== undefined))];
  if (known.every((kind) => kind === 'number' || kind === 'float')) return known.includes('float') ? 'float' : known[0];
  return known.length === 1 ? known[0] : undefined;
}
