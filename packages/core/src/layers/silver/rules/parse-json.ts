import { type JsonPath, readJsonPath } from '../../../sql/json-path.ts';
import type { Words } from '../../../sql/render.ts';

/** SQL for the value at a path of a JSON text: a scalar's own text, the JSON of an object or array; NULL if it is not there, or null. */
export function parseJson(text: string, path: string, words: Words): string {
  const steps = readJsonPath(path) ?? [];
  return words.dialect === 'duckdb'
    ? `CASE WHEN json_valid(${text}) THEN json_extract_string(${text}, ${words.text(duckdbPath(steps))}) END`
    : `get_json_object(${text}, ${words.text(sparkPath(steps))})`;
}

/** SQL that is true where a text is no JSON object or array. */
export function isNoJson(text: string, words: Words): string {
  return words.dialect === 'duckdb'
    ? `CASE WHEN json_valid(${text}) THEN json_type(${text}) NOT IN ('OBJECT', 'ARRAY') ELSE ${text} IS NOT NULL END`
    : `(${text} IS NOT NULL AND json_object_keys(${text}) IS NULL AND json_array_length(${text}) IS NULL)`;
}

function duckdbPath(steps: JsonPath): string {
  return `$${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`;
}

function sparkPath(steps: JsonPath): string {
  return `$${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `['${step}']`)).join('')}`;
}
