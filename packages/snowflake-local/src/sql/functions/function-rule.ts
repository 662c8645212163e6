import { macro } from '../macro-call.ts';
import type { Session } from '../session.ts';

/** A call in a statement: its arguments are nodes of the tree, translated when a rule asks for it. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly print: (node: unknown) => string;
  readonly session: Session;
}

/** How a function of Snowflake is written for DuckDB, and how many arguments it takes. */
export interface FunctionRule {
  readonly min: number;
  readonly max: number;
  readonly write: (call: Call) => string;
}

/** Functions by their name in Snowflake. */
export type FunctionRules = Readonly<Record<string, FunctionRule>>;

/** A rule whose text is made from the translated arguments. */
export function rule(min: number, max: number, write: (args: readonly string[], call: Call) => string): FunctionRule {
  return { min, max, write: (call) => write(call.args.map(call.print), call) };
}

/** A rule for a function that DuckDB has, with the same arguments and the same meaning. */
export function same(name: string, min: number, max: number = min): FunctionRule {
  return rule(min, max, (args) => `${name}(${args.join(', ')})`);
}

/** A rule for a function of our own. */
export function ours(name: string, min: number, max: number = min): FunctionRule {
  return rule(min, max, (args) => macro(name, ...args));
}

/** A rule with numbered places: `$1` is the first argument. */
export function template(count: number, text: string): FunctionRule {
  return rule(count, count, (args) => text.replaceAll(/\$(\d)/g, (_, place) => `(${args[Number(place) - 1]})`));
}
