import { unsupported } from '../../errors/snowflake-error.ts';
import { quoteText } from '../identifiers.ts';
import { literalText, nodeOf } from '../tree.ts';
import { type Call, type FunctionRules, same, template } from './function-rule.ts';

/** Functions on VARIANT, OBJECT and ARRAY, which are kept as JSON. */
export const jsonFunctions: FunctionRules = {
  ARRAY_CONSTRUCT: same('json_array', 0, 1000),
  ARRAY_SIZE: template(1, "CASE WHEN json_type($1) = 'ARRAY' THEN json_array_length($1) END"),
  GET: { min: 2, max: 2, write: get },
  GET_PATH: { min: 2, max: 2, write: getPath },
  OBJECT_CONSTRUCT_KEEP_NULL: same('json_object', 0, 1000),
  PARSE_JSON: template(1, 'json($1)'),
  TO_JSON: template(1, 'CAST($1 AS VARCHAR)'),
  TO_VARIANT: same('to_json', 1),
  TRY_PARSE_JSON: template(1, 'CASE WHEN json_valid($1) THEN json($1) END'),
  TYPEOF: template(
    1,
    "CASE json_type($1) WHEN 'BIGINT' THEN 'INTEGER' WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'NULL' THEN 'NULL_VALUE' ELSE json_type($1) END",
  ),
};

function get({ args: [value, key], print }: Call): string {
  return `json_extract(${print(value)}, ${quoteText(`$${stepText(key)}`)})`;
}

function getPath({ args: [value, path], print }: Call): string {
  const text = literalText(path);
  if (text === undefined) throw unsupported('a computed path');
  const steps = [...text.matchAll(/\[(\d+)\]|\.?([^.[\]"']+)/g)];
  if (steps.map(([step]) => step).join('') !== text) throw unsupported(`path '${text}'`);
  const jsonPath = steps.map(([, index, name]) => (index === undefined ? memberStep(name ?? '') : `[${index}]`)).join('');
  return `json_extract(${print(value)}, ${quoteText(`$${jsonPath}`)})`;
}

function stepText(key: unknown): string {
  const { kind, fields } = nodeOf(key);
  const name = literalText(key);
  if (name !== undefined && !name.includes('"')) return memberStep(name);
  if (kind === 'literal' && /^\d+$/.test(String(fields['value']))) return `[${String(fields['value'])}]`;
  throw unsupported('a computed index');
}

function memberStep(name: string): string {
  return `."${name}"`;
}
