import type { Scope } from './scope.ts';

/** Translates any part of a statement, whatever kind it is; the scope knows how. @throws SnowflakeError */
export function printExpression(node: unknown, scope: Scope): string {
  return scope.print(node, scope);
}
