/** A call in translated SQL: where it is, and its arguments as text. */
interface Call {
  readonly start: number;
  readonly end: number;
  readonly args: readonly string[];
}

/** Writes what a call stands for, from its arguments. */
export type ExpandCall = (name: string, args: readonly string[]) => string | undefined;

// A quote in a comment is none.
const OPENING = /[A-Za-z_][A-Za-z0-9_]*(?=\()|'|"|`|\/\*.*?\*\/|--[^\n]*/gs;

/** Replaces calls in translated SQL, the inner ones first; `expand` gives undefined for those that stay. */
export function expandCalls(sql: string, expand: ExpandCall, isBackslashEscape: boolean): string {
  let result = '';
  let at = 0;
  OPENING.lastIndex = 0;
  for (let match = OPENING.exec(sql); match !== null; match = OPENING.exec(sql)) {
    const [found] = match;
    if (found.startsWith('/*') || found.startsWith('--')) continue;
    if (found.length === 1 && `'"\``.includes(found)) {
      OPENING.lastIndex = endOfQuoted(sql, match.index, isBackslashEscape);
      continue;
    }
    const call = readCall(sql, match.index + found.length, isBackslashEscape);
    if (call === undefined) continue;
    const args = call.args.map((arg) => expandCalls(arg, expand, isBackslashEscape));
    const text = expand(found.toUpperCase(), args);
    // What is left as it is may have calls inside.
    const written = text ?? `${found}(${args.join(', ')})`;
    result += sql.slice(at, match.index) + written;
    at = call.end;
    OPENING.lastIndex = call.end;
  }
  return result + sql.slice(at);
}

function readCall(sql: string, bracket: number, isBackslashEscape: boolean): Call | undefined {
  const args: string[] = [];
  let depth = 0;
  let from = bracket + 1;
  for (let i = bracket; i < sql.length; i += 1) {
    const sign = sql[i] ?? '';
    i = endOfOpaque(sql, i, isBackslashEscape);
    depth += depthOf(sign);
    if (depth === 0) {
      const last = sql.slice(from, i).trim();
      return { start: bracket, end: i + 1, args: args.length === 0 && last === '' ? [] : [...args, last] };
    }
    if (sign !== ',' || depth !== 1) continue;
    args.push(sql.slice(from, i).trim());
    from = i + 1;
  }
  return undefined;
}

/** The last place of the quoted text, name or comment that begins here; where none does, this place. */
function endOfOpaque(sql: string, start: number, isBackslashEscape: boolean): number {
  const sign = sql[start] ?? '';
  if (`'"\``.includes(sign)) return endOfQuoted(sql, start, isBackslashEscape) - 1;
  return sql.startsWith('/*', start) ? Math.max(start, sql.indexOf('*/', start) + 1) : start;
}

function depthOf(sign: string): number {
  return '([{'.includes(sign) ? 1 : ')]}'.includes(sign) ? -1 : 0;
}

/** The place behind a quoted text or name. */
function endOfQuoted(sql: string, start: number, isBackslashEscape: boolean): number {
  const quote = sql[start];
  for (let i = start + 1; i < sql.length; i += 1) {
    if (sql[i] === '\\' && isBackslashEscape && quote !== '`') i += 1;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i += 1;
    }
  }
  return sql.length;
}
