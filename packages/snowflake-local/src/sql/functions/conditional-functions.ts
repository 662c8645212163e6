import { type FunctionRule, type FunctionRules, rule, same, template } from './function-rule.ts';

/** Choices between values and what concerns NULL. */
export const conditionalFunctions: FunctionRules = {
  COALESCE: same('coalesce', 1, 100),
  DECODE: rule(3, 255, decode),
  EQUAL_NULL: template(2, '$1 IS NOT DISTINCT FROM $2'),
  GREATEST: extreme('greatest'),
  IFF: template(3, 'CASE WHEN $1 THEN $2 ELSE $3 END'),
  IFNULL: same('coalesce', 2),
  LEAST: extreme('least'),
  NULLIF: same('nullif', 2),
  NULLIFZERO: template(1, 'nullif($1, 0)'),
  NVL: same('coalesce', 2),
  NVL2: template(3, 'CASE WHEN $1 IS NOT NULL THEN $2 ELSE $3 END'),
  ZEROIFNULL: template(1, 'coalesce($1, 0)'),
};

// Snowflake: one NULL makes the result NULL. DuckDB skips it.
function extreme(name: string): FunctionRule {
  return rule(1, 100, (args) => {
    const isNull = args.map((arg) => `(${arg}) IS NULL`).join(' OR ');
    return `CASE WHEN ${isNull} THEN NULL ELSE ${name}(${args.join(', ')}) END`;
  });
}

function decode(args: readonly string[]): string {
  const [subject, ...rest] = args;
  const whens: string[] = [];
  for (let at = 0; at + 1 < rest.length; at += 2) whens.push(`WHEN (${subject}) IS NOT DISTINCT FROM (${rest[at]}) THEN ${rest[at + 1]}`);
  const otherwise = rest.length % 2 === 1 ? ` ELSE ${rest.at(-1)}` : '';
  return `CASE ${whens.join(' ')}${otherwise} END`;
}
