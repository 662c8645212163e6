import { unsupported } from '../../errors/snowflake-error.ts';
import { macro } from '../macro-call.ts';
import { literalText } from '../tree.ts';
import { type Call, type FunctionRules, rule, same, template } from './function-rule.ts';

/** Functions on text. */
export const textFunctions: FunctionRules = {
  ASCII: same('ascii', 1),
  CHARINDEX: template(2, 'strpos($2, $1)'),
  CHR: same('chr', 1),
  CONCAT: rule(1, 100, (args) => args.map(asText).join(' || ')),
  CONCAT_WS: rule(2, 100, ([separator, ...args]) => args.map(asText).join(` || ${separator} || `)),
  CONTAINS: same('contains', 2),
  ENDSWITH: same('ends_with', 2),
  LEFT: template(2, 'left($1, CAST(greatest($2, 0) AS BIGINT))'),
  LENGTH: same('length', 1),
  LOWER: same('lower', 1),
  LPAD: rule(2, 3, ([text, size, pad = "' '"]) => `lpad(${text}, CAST(greatest(${size}, 0) AS INTEGER), ${pad})`),
  LTRIM: same('ltrim', 1, 2),
  MD5: same('md5', 1),
  MD5_NUMBER_LOWER64: template(1, "CAST(CAST('0x' || substr(md5($1), 17) AS UBIGINT) AS DECIMAL(38,0))"),
  MD5_NUMBER_UPPER64: template(1, "CAST(CAST('0x' || left(md5($1), 16) AS UBIGINT) AS DECIMAL(38,0))"),
  POSITION: template(2, 'strpos($2, $1)'),
  REGEXP_COUNT: template(2, 'len(regexp_extract_all($1, $2))'),
  REGEXP_LIKE: rule(2, 3, regexpLike),
  REGEXP_REPLACE: rule(2, 3, ([text, pattern, by = "''"]) => `regexp_replace(${text}, ${pattern}, ${by}, 'g')`),
  REGEXP_SUBSTR: template(2, 'CASE WHEN regexp_matches($1, $2) THEN regexp_extract($1, $2) END'),
  REPEAT: template(2, 'repeat($1, CAST($2 AS BIGINT))'),
  REPLACE: rule(2, 3, ([text, what, by = "''"]) => `replace(${text}, ${what}, ${by})`),
  REVERSE: same('reverse', 1),
  RIGHT: template(2, 'right($1, CAST(greatest($2, 0) AS BIGINT))'),
  RPAD: rule(2, 3, ([text, size, pad = "' '"]) => `rpad(${text}, CAST(greatest(${size}, 0) AS INTEGER), ${pad})`),
  RTRIM: same('rtrim', 1, 2),
  SHA1: same('sha1', 1),
  SHA2: rule(1, 2, sha2),
  SPLIT_PART: template(3, 'split_part($1, $2, CAST(CASE WHEN $3 = 0 THEN 1 ELSE $3 END AS BIGINT))'),
  STARTSWITH: same('starts_with', 2),
  SUBSTR: rule(2, 3, substr),
  TRANSLATE: same('translate', 3),
  TRIM: same('trim', 1, 2),
  UPPER: same('upper', 1),
};

function asText(value: string): string {
  return macro('to_text', value);
}

// Snowflake counts from 1 and takes 0 for 1.
function substr([text, start, length]: readonly string[]): string {
  const from = `CAST(CASE WHEN (${start}) = 0 THEN 1 ELSE ${start} END AS BIGINT)`;
  return length === undefined ? `substr(${text}, ${from})` : `substr(${text}, ${from}, CAST(greatest(${length}, 0) AS BIGINT))`;
}

// In Snowflake a pattern must match the whole text.
function regexpLike([text, pattern]: readonly string[], { args }: Call): string {
  const flags = args[2] === undefined ? 'c' : literalText(args[2]);
  if (flags === undefined || !/^[cims]*$/.test(flags)) throw unsupported('these REGEXP_LIKE parameters');
  return `regexp_full_match(${text}, ${pattern}, '${flags}')`;
}

function sha2([text, bits = '256']: readonly string[]): string {
  if (bits !== '256') throw unsupported(`SHA2 with ${bits} bits`);
  return `sha256(${text})`;
}
