import { compilationError } from '../../errors/snowflake-error.ts';
import { conditionalFunctions } from './conditional-functions.ts';
import { contextFunctions } from './context-functions.ts';
import { conversionFunctions } from './conversion-functions.ts';
import { dateFunctions } from './date-functions.ts';
import type { Call, FunctionRules } from './function-rule.ts';
import { jsonFunctions } from './json-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { textFunctions } from './text-functions.ts';

const FUNCTIONS: FunctionRules = {
  ...conditionalFunctions,
  ...contextFunctions,
  ...conversionFunctions,
  ...dateFunctions,
  ...jsonFunctions,
  ...numberFunctions,
  ...textFunctions,
};

/** Translates a call. @throws SnowflakeError for a function that is not known, or a wrong number of arguments. */
export function writeCall(call: Call): string {
  const rule = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  if (rule === undefined) throw compilationError('002140', '42601', `Unknown function ${call.name}`);
  const { length } = call.args;
  if (length < rule.min) throw argumentError('000938', 'not enough arguments for function', call);
  if (length > rule.max) throw argumentError('000939', 'too many arguments for function', call);
  return rule.write(call);
}

function argumentError(code: string, what: string, { name, args }: Call): Error {
  return compilationError(code, '22023', `error: ${what} [${name}], got ${args.length}`);
}
