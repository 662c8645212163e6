import { unsupported } from '../../errors/snowflake-error.ts';
import { literalText } from '../tree.ts';
import { dateTrunc } from './date-functions.ts';
import { type Call, type FunctionRule, type FunctionRules, ours, rule, same, template } from './function-rule.ts';

/** Arithmetic. */
export const numberFunctions: FunctionRules = {
  ABS: same('abs', 1),
  BITAND: template(2, '$1 & $2'),
  BITOR: template(2, '$1 | $2'),
  BITXOR: same('xor', 2),
  // An aggregate, but the parser takes it for an ordinary call.
  BITXOR_AGG: template(1, 'CAST(bit_xor(CAST($1 AS HUGEINT)) AS DECIMAL(38,0))'),
  CBRT: same('cbrt', 1),
  CEIL: same('ceil', 1),
  DIV0: template(2, 'CASE WHEN $2 = 0 AND $1 IS NOT NULL THEN 0 ELSE $1 / $2 END'),
  DIV0NULL: template(2, 'CASE WHEN coalesce($2, 0) = 0 AND $1 IS NOT NULL THEN 0 ELSE $1 / $2 END'),
  EXP: same('exp', 1),
  FLOOR: same('floor', 1),
  // Nobody outside of Snowflake knows how it is computed; what can be relied on, this has: 64 bits with a sign, never NULL.
  HASH: { min: 1, max: 1000, write: (call: Call) => signed64(`hash(${call.args.map(call.print).join(', ')})`) },
  LN: same('ln', 1),
  LOG: same('log', 2),
  MOD: ours('modulo', 2),
  POWER: same('pow', 2),
  ROUND: same('round', 1, 2),
  SIGN: same('sign', 1),
  SQRT: same('sqrt', 1),
  SQUARE: template(1, '$1 * $1'),
  TRUNC: truncate(),
  TRUNCATE: truncate(),
};

// TRUNC cuts numbers and dates alike.
function truncate(): FunctionRule {
  return {
    min: 1,
    max: 2,
    write: (call: Call) => {
      const [value, second] = call.args;
      if (second === undefined) return rule(1, 1, ([number]) => `trunc(${number})`).write(call);
      if (literalText(second) === undefined) throw unsupported('TRUNC with a scale');
      return dateTrunc.write({ ...call, args: [second, value] });
    },
  };
}

function signed64(unsigned: string): string {
  return `CAST(CAST(${unsigned} AS HUGEINT) - 9223372036854775808 AS BIGINT)`;
}
