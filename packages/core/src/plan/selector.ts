import { suggest } from '../errors/nearest.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';

/** Which datasets a term begins with: those of a name or pattern, or those in a state. */
export type SelectorBody =
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'state'; readonly state: 'modified' | 'new' };

/** One term of a selection: some datasets, and how many levels of what they are made from and of what is made from them. */
export interface SelectorTerm {
  readonly text: string;
  readonly body: SelectorBody;
  readonly up: number;
  readonly down: number;
  /** `@x`: what is made from x, and everything that this needs. */
  readonly withNeeds: boolean;
}

/** A union of intersections of terms. */
export type Selector = readonly (readonly SelectorTerm[])[];

const STATES = ['modified', 'new'] as const;
const TERM = /^(?<before>@|\d*\+)?(?<body>[^@+]+)(?<after>\+\d*)?$/;
const NAME = /^[a-z0-9_.*?]+$/;

/**
 * Reads a selection as dbt writes it: terms apart by spaces are a union, by commas an intersection; `+x` with what x is made
 * from, `x+` with what is made from it, `2+x` two levels of it, `@x` what is made from x with all that this needs.
 * @throws run/invalid-selection
 */
export function parseSelector(text: string): Selector {
  const groups = text.split(/\s+/).filter((group) => group !== '');
  if (groups.length === 0) throw invalid(text, 'it names nothing');
  return groups.map((group) => group.split(',').map((term) => parseTerm(term, text)));
}

function parseTerm(term: string, text: string): SelectorTerm {
  const { before, body = '', after } = TERM.exec(term)?.groups ?? {};
  if (body === '') throw invalid(text, term === '' ? 'there is nothing beside a comma' : `\`${term}\` cannot be read`);
  const withNeeds = before === '@';
  if (withNeeds && after !== undefined) throw invalid(text, `\`${term}\` has both @ and +`);
  return {
    text: term,
    body: parseBody(body, text),
    up: withNeeds ? 0 : levels(before?.slice(0, -1), before),
    down: levels(after?.slice(1), after),
    withNeeds,
  };
}

function levels(digits: string | undefined, sign: string | undefined): number {
  if (sign === undefined) return 0;
  return digits === undefined || digits === '' ? Number.POSITIVE_INFINITY : Number(digits);
}

function parseBody(body: string, text: string): SelectorBody {
  const colon = body.indexOf(':');
  if (colon < 0) {
    if (NAME.test(body)) return { kind: 'name', pattern: body };
    throw invalid(text, `\`${body}\` cannot be the name of a dataset`);
  }
  const method = body.slice(0, colon);
  const value = body.slice(colon + 1);
  if (method !== 'state') throw invalid(text, `\`${method}:\` is not known`, suggest(method, ['state']));
  const state = STATES.find((known) => known === value);
  if (state === undefined) throw invalid(text, `\`${value}\` is not a state`, suggest(value, STATES));
  return { kind: 'state', state };
}

const EXAMPLES = 'Examples: gold.daily_sales, gold.*, +fact_orders, fact_orders+, 1+fact_orders, @fact_orders, state:modified.';

function invalid(text: string, why: string, hint = EXAMPLES): SnowmeltError {
  return new SnowmeltError('run/invalid-selection', { message: `The selection \`${text}\` is not one: ${why}.`, hint });
}
