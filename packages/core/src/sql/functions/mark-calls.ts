import { nearest } from '../../errors/nearest.ts';
import type { Token } from '../token.ts';
import { FUNCTIONS } from './function-table.ts';
import { UntranslatableError } from './untranslatable.ts';

/** A text whose calls have names that the translator leaves alone: `SNOWMELT_CALL_0(…)` is a call of `names[0]`. */
export interface MarkedText {
  readonly text: string;
  readonly names: readonly string[];
}

const PREFIX = 'SNOWMELT_CALL_';

/** Words before a bracket that are no functions. */
const SYNTAX = new Set(
  [
    'and or not in exists over as using values when then else case on where having select from join by partition within group filter',
    'interval any all some cast try_cast qualify union except intersect minus with rollup cube sets distinct between like ilike rlike',
    'is end asc desc limit offset number decimal numeric varchar char string text binary float timestamp timestamp_ntz time set recursive',
    'exclude rename lateral order rows range window nulls null true false ordered regexp',
  ].flatMap((line) => line.split(' ')),
);

const INSTEAD: Readonly<Record<string, string>> = {
  APPROX_COUNT_DISTINCT: 'The engines approximate differently. Use COUNT(DISTINCT …).',
  HLL: 'The engines approximate differently. Use COUNT(DISTINCT …).',
  APPROX_PERCENTILE: 'The engines approximate differently. Use PERCENTILE_CONT.',
  PERCENTILE_DISC: 'Use PERCENTILE_CONT.',
  ANY_VALUE: 'Any value may be another one in a rebuild. Use MIN or MAX.',
  MODE: 'Which of several values it gives is not defined. Rank the counts with ROW_NUMBER.',
  ARRAY_AGG: 'A column cannot hold an array. Use LISTAGG.',
  HASH: 'No other engine has Snowflake’s HASH. Use MD5 or SHA2.',
  CONCAT_WS: 'Write the texts with || between them.',
  TO_CHAR: 'Cast a number, or put the text together from DATE_PART and LPAD.',
  TO_VARCHAR: 'Cast a number, or put the text together from DATE_PART and LPAD.',
};

/** Marks the calls whose rendering we say ourselves. @throws UntranslatableError for functions that we do not vouch for */
export function markCalls(text: string, tokens: readonly Token[]): MarkedText {
  const points = [...text];
  const names: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const name = calledName(tokens, index);
    if (name === undefined) continue;
    const forms = FUNCTIONS.get(name);
    if (forms === undefined) throw unknownFunction(name);
    if (forms.every(({ duckdb }) => duckdb === undefined)) continue;
    replace(points, token, `${PREFIX}${names.length}`);
    names.push(name);
    // EXTRACT(unit FROM x) and POSITION(x IN y) are calls like others then.
    const word = name === 'EXTRACT' ? 'FROM' : name === 'POSITION' ? 'IN' : undefined;
    const separator = word === undefined ? undefined : findInCall(tokens, index, word);
    if (separator !== undefined) replace(points, separator, ',');
  }
  return { text: points.join(''), names };
}

/** The number of a marked call; undefined: the name is of none. */
export function numberOfCall(name: string): number | undefined {
  return name.toUpperCase().startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : undefined;
}

// Offsets stay true: the text that is put in is one element of the list, what it replaces is empty ones.
function replace(points: string[], { start, end }: Token, text: string): void {
  points[start] = text;
  for (let i = start + 1; i < end; i += 1) points[i] = '';
}

function calledName(tokens: readonly Token[], index: number): string | undefined {
  const token = tokens[index];
  const before = tokens[index - 1]?.text.toUpperCase();
  if (token === undefined || tokens[index + 1]?.text !== '(' || !/^[A-Za-z_]\w*$/.test(token.text)) return undefined;
  if (token.kind.includes('STRING') || token.kind === 'QUOTED_IDENTIFIER' || SYNTAX.has(token.text.toLowerCase())) return undefined;
  // `* REPLACE (…)`
  if (before === '*' && /^(SELECT|,|\.)$/i.test(tokens[index - 2]?.text ?? '')) return undefined;
  // `AS t (a, b)` and `WITH t (a, b)` name columns.
  return before === 'AS' || before === 'WITH' || before === 'RECURSIVE' || before === ')' ? undefined : token.text.toUpperCase();
}

function findInCall(tokens: readonly Token[], index: number, word: string): Token | undefined {
  let depth = 0;
  for (const token of tokens.slice(index + 1)) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0) return undefined;
    if (depth === 1 && token.text.toUpperCase() === word) return token;
  }
  return undefined;
}

function unknownFunction(name: string): UntranslatableError {
  const like = nearest(name, [...FUNCTIONS.keys()]);
  const hint = INSTEAD[name] ?? (like === undefined ? 'docs/functions.md lists the functions that may be used.' : `Did you mean ${like}?`);
  return new UntranslatableError(`The function ${name} is not one that both engines are known to compute as Snowflake does.`, hint, name);
}
