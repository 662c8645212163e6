import type { Token } from './token.ts';

const PATH_PARTS: ReadonlySet<string> = new Set(['DOT', 'L_BRACKET', 'R_BRACKET', 'NUMBER', 'STRING']);

/** The tokens' texts, in lower case where SQL ignores case: not in literals, quoted names and paths into a VARIANT (`v:Key`). */
export function foldCase(tokens: readonly Token[], textOf = (token: Token): string => token.text): string[] {
  let isPath = false;
  return tokens.map((token, index) => {
    const before = tokens[index - 1]?.kind;
    isPath = before === 'COLON' || (isPath && (before === 'DOT' || PATH_PARTS.has(token.kind)));
    const isExact = isPath || token.kind.endsWith('STRING') || token.kind === 'QUOTED_IDENTIFIER';
    return isExact ? textOf(token) : textOf(token).toLowerCase();
  });
}

/** A text without comments and needless layout, and with {@link foldCase}: the same for texts that mean the same. */
export function plainText(text: string, tokens: readonly Token[]): string {
  const points = [...text];
  const parts = foldCase(tokens, (token) => points.slice(token.start, token.end).join(''));
  return parts
    .map((part, index) => ((tokens[index - 1]?.end ?? 0) < (tokens[index]?.start ?? 0) ? ` ${part}` : part))
    .join('')
    .trim();
}
