import { syntaxError } from '../../errors/snowflake-error.ts';

/** What stands behind `NAME =` in a statement. */
export type OptionValue =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'options'; readonly options: Options };

/** Options by their name in upper case. */
export type Options = ReadonlyMap<string, OptionValue>;

/** Reads the statements about stages from left to right: the SQL parser keeps only their text. */
export interface StatementReader {
  /** Steps over the words if they come next, in any case. */
  take(...words: readonly string[]): boolean;
  /** Reads a name with its qualifiers; in upper case where it is not quoted. */
  name(): readonly string[];
  /** Reads `@STAGE/path`, also in single quotes. */
  location(): string;
  text(): string;
  /** Gives what the parentheses hold that come next, unread; undefined if none come. */
  group(): string | undefined;
  /** Reads `NAME = value` as long as there are any. */
  options(): Options;
  /** @throws SnowflakeError if something is left */
  end(): void;
}

const SPACE = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const WORD = /[A-Za-z_][\w$]*/y;
const NAME_PART = /"((?:[^"]|"")+)"|([A-Za-z_][\w$]*)/y;
const QUOTED = /"((?:[^"]|"")+)"/y;
const TEXT = /'((?:[^'\\]|\\.|'')*)'/y;
const LOCATION = /@[^\s()',;]+/y;
const SCALAR = /[\w.+-]+/y;
const NOTHING = /(?:)/y;

/** Starts reading a statement. */
export function statementReader(text: string): StatementReader {
  const scan = scanner(text);
  return {
    take: scan.words,
    name() {
      const parts: string[] = [];
      do {
        const [, quoted, plain] = scan.match(NAME_PART) ?? scan.fail();
        parts.push(quoted?.replaceAll('""', '"') ?? plain?.toUpperCase() ?? '');
      } while (scan.symbol('.'));
      return parts;
    },
    location: () => scan.match(LOCATION)?.[0] ?? scan.string() ?? scan.fail(),
    text: () => scan.string() ?? scan.fail(),
    group: scan.group,
    options: () => {
      const options = new Map<string, OptionValue>();
      for (let option = readOption(scan); option !== undefined; option = readOption(scan)) options.set(...option);
      return options;
    },
    end() {
      scan.symbol(';');
      if (!scan.isOver()) scan.fail();
    },
  };
}

function readOption(scan: Scanner): [string, OptionValue] | undefined {
  const [word] = scan.match(WORD) ?? [];
  if (word === undefined) return undefined;
  if (!scan.symbol('=')) scan.fail();
  const option: [string, OptionValue] = [word.toUpperCase(), readValue(scan)];
  scan.symbol(',');
  return option;
}

function quotedName(scan: Scanner): string | undefined {
  return scan.match(QUOTED)?.[1]?.replaceAll('""', '"');
}

function readValue(scan: Scanner): OptionValue {
  if (!scan.symbol('('))
    return { kind: 'scalar', text: scan.string() ?? quotedName(scan) ?? scan.match(SCALAR)?.[0].toUpperCase() ?? scan.fail() };
  const first = scan.string();
  if (first !== undefined) {
    const items = [first];
    while (scan.symbol(',')) items.push(scan.string() ?? scan.fail());
    return scan.symbol(')') ? { kind: 'list', items } : scan.fail();
  }
  const options = new Map<string, OptionValue>();
  while (!scan.symbol(')')) options.set(...(readOption(scan) ?? scan.fail()));
  return { kind: 'options', options };
}

interface Scanner {
  match(pattern: RegExp): RegExpExecArray | undefined;
  symbol(character: string): boolean;
  words(...words: readonly string[]): boolean;
  string(): string | undefined;
  group(): string | undefined;
  isOver(): boolean;
  fail(): never;
}

function scanner(text: string): Scanner {
  let at = 0;
  const match: Scanner['match'] = (pattern) => {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at += found[0].length;
    return found;
  };
  const symbol: Scanner['symbol'] = (character) => {
    match(NOTHING);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const fail = (): never => {
    const [found = '<EOF>'] = /\S+/.exec(text.slice(at)) ?? [];
    throw syntaxError(`line 1 at position ${at} unexpected '${found}'.`);
  };
  return {
    match,
    symbol,
    fail,
    words(...words) {
      const start = at;
      if (words.every((word) => match(WORD)?.[0].toUpperCase() === word)) return true;
      at = start;
      return false;
    },
    string: () => match(TEXT)?.[1]?.replaceAll("''", "'").replaceAll(/\\(.)/g, '$1'),
    group() {
      if (!symbol('(')) return undefined;
      const end = closingParenthesis(text, at) ?? fail();
      const inner = text.slice(at, end);
      at = end + 1;
      return inner;
    },
    isOver() {
      match(NOTHING);
      return at >= text.length;
    },
  };
}

const PIECES = /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*|\/\*[\s\S]*?\*\/|[()]/g;

function closingParenthesis(text: string, from: number): number | undefined {
  let depth = 1;
  for (const piece of text.slice(from).matchAll(PIECES)) {
    if (piece[0] === '(') depth++;
    if (piece[0] === ')') depth--;
    if (depth === 0) return from + piece.index;
  }
  return undefined;
}
