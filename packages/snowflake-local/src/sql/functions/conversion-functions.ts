import { unsupported } from '../../errors/snowflake-error.ts';
import { printCast } from '../casts.ts';
import { quoteText } from '../identifiers.ts';
import { macro } from '../macro-call.ts';
import { parseType, type SnowflakeType } from '../snowflake-type.ts';
import { literalText } from '../tree.ts';
import { type Call, type FunctionRule, type FunctionRules, rule } from './function-rule.ts';
import { printTimeFormat, strptimeFormat } from './time-format.ts';

/** Functions that change a value's type. */
export const conversionFunctions: FunctionRules = {
  DATE: toTime('DATE', false),
  TO_BINARY: { min: 1, max: 2, write: toBinary },
  TO_BOOLEAN: toType('BOOLEAN', false),
  TO_CHAR: { min: 1, max: 2, write: toChar },
  TO_DATE: toTime('DATE', false),
  TO_DOUBLE: toType('FLOAT', false),
  TO_NUMBER: { min: 1, max: 3, write: (call) => toNumber(call, false) },
  TO_TIME: toTime('TIME', false),
  TO_TIMESTAMP: toTime('TIMESTAMP_NTZ', false),
  TO_TIMESTAMP_LTZ: toTime('TIMESTAMP_LTZ', false),
  TO_TIMESTAMP_NTZ: toTime('TIMESTAMP_NTZ', false),
  TO_TIMESTAMP_TZ: toTime('TIMESTAMP_TZ', false),
  TO_VARCHAR: { min: 1, max: 2, write: toChar },
  TRY_TO_BOOLEAN: toType('BOOLEAN', true),
  TRY_TO_DATE: toTime('DATE', true),
  TRY_TO_DOUBLE: toType('FLOAT', true),
  TRY_TO_NUMBER: { min: 1, max: 3, write: (call) => toNumber(call, true) },
  TRY_TO_TIME: toTime('TIME', true),
  TRY_TO_TIMESTAMP: toTime('TIMESTAMP_NTZ', true),
  TRY_TO_TIMESTAMP_NTZ: toTime('TIMESTAMP_NTZ', true),
};

function toChar({ args: [value, format], print, name }: Call): string {
  const text = print(value);
  if (format === undefined) return macro('to_text', text);
  const pattern = formatText(format, name);
  if (pattern.toUpperCase() === 'HEX') return `hex(${text})`;
  if (pattern.toUpperCase() === 'BASE64') return `base64(${text})`;
  if (/[09$]/.test(pattern.replaceAll(/FF\d|HH\d\d/gi, ''))) throw unsupported(`number format '${pattern}'`);
  return printTimeFormat(text, pattern);
}

function toBinary({ args: [value, format], print, name }: Call): string {
  const pattern = format === undefined ? 'HEX' : formatText(format, name).toUpperCase();
  const text = print(value);
  if (pattern === 'HEX') return macro('to_binary', text);
  if (pattern === 'BASE64') return `from_base64(${text})`;
  if (pattern === 'UTF-8' || pattern === 'UTF8') return `encode(${text})`;
  throw unsupported(`binary format '${pattern}'`);
}

const LONGEST_HEX = 15;

function toNumber({ args: [value, precision, scale], print, name }: Call, tries: boolean): string {
  const format = precision === undefined ? undefined : literalText(precision);
  if (format !== undefined) {
    if (!/^X+$/i.test(format) || format.length > LONGEST_HEX || scale !== undefined)
      throw unsupported(`${name} with the format '${format}'`);
    const cast = tries ? 'TRY_CAST' : 'CAST';
    return `CAST(${cast}('0x' || ${print(value)} AS BIGINT) AS DECIMAL(38,0))`;
  }
  const digits = (node: unknown, otherwise: string): string => (node === undefined ? otherwise : print(node));
  const type = parseType(`NUMBER(${digits(precision, '38')},${digits(scale, '0')})`);
  if (type === undefined) throw unsupported(`${name} with these arguments`);
  return printCast(print(value), type, tries);
}

function toType(typeName: string, tries: boolean): FunctionRule {
  return rule(1, 1, ([value = '']) => printCast(value, knownType(typeName), tries));
}

function toTime(typeName: string, tries: boolean): FunctionRule {
  return {
    min: 1,
    max: 2,
    write: ({ args: [value, format], print, name }) => {
      const text = print(value);
      if (format === undefined) return printCast(text, knownType(typeName), tries);
      const pattern = formatText(format, name);
      const parsed = `${tries ? 'try_strptime' : 'strptime'}(${text}, ${quoteText(strptimeFormat(pattern))})`;
      return printCast(parsed, knownType(typeName), false);
    },
  };
}

function formatText(format: unknown, name: string): string {
  const text = literalText(format);
  if (text === undefined) throw unsupported(`${name} with a computed format`);
  return text;
}

function knownType(name: string): SnowflakeType {
  const type = parseType(name);
  if (type === undefined) throw unsupported(`data type ${name}`);
  return type;
}
