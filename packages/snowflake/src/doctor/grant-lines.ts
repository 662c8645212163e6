import { quoteIdentifier } from '@snowmelt/core/ports';

/** A name as SQL writes it, in quotes. */
export function quoted(name: string): string {
  return quoteIdentifier(name, 'snowflake');
}

/** A qualified name as SQL writes it. */
export function quotedName(parts: readonly string[]): string {
  return parts.map(quoted).join('.');
}

/** The statement that lets a role do something with an object. */
export function grantLine(privilege: string, type: string, name: readonly string[], role: string): string {
  return `GRANT ${privilege} ON ${type} ${quotedName(name)} TO ROLE ${quoted(role)};`;
}
