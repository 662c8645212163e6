import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Place, type SnowmeltError, toSnowmeltError } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import { paint } from './paint.ts';

/** Prints an error, and those it carries; returns the exit code. */
export function reportError(error: unknown, invocation: Invocation): number {
  const coded = toSnowmeltError(error);
  const all = [coded, ...coded.others];
  const folder = resolve(invocation.terminal.cwd, String(invocation.values['project'] ?? '.'));
  for (const one of all) {
    invocation.terminal.err(
      invocation.values['json'] === true ? `${JSON.stringify(errorRecord(one))}\n` : renderError(one, folder, invocation.terminal.hasColor),
    );
  }
  if (all.length > 1 && invocation.values['json'] !== true) invocation.terminal.err(`${all.length} errors.\n`);
  if (process.env['SNOWMELT_DEBUG'] !== undefined) invocation.terminal.err(`${coded.stack}\n${String(coded.cause ?? '')}\n`);
  return coded.blame === 'user' ? 2 : 1;
}

/** An error as text: code, message, place with an excerpt of the file, hint. */
export function renderError(error: Pick<SnowmeltError, 'code' | 'message' | 'hint' | 'at'>, folder: string, hasColor: boolean): string {
  const color = paint(hasColor);
  const lines = [`${color.red(`error[${error.code}]`)}: ${error.message}`];
  const place = renderPlace(error.at);
  if (place !== undefined) lines.push(`  ${color.dim('-->')} ${place}`);
  lines.push(...excerpt(error.at, folder).map((line) => color.dim(line)));
  if (error.hint !== undefined) lines.push(`  ${color.cyan('hint')}: ${error.hint}`);
  return `${lines.join('\n')}\n`;
}

function renderPlace(at: Place): string | undefined {
  const file = at.file === undefined ? undefined : [at.file, at.line, at.column].filter((part) => part !== undefined).join(':');
  const what = [at.dataset, at.field].filter((part) => part !== undefined).join(' ');
  if (file === undefined) return what === '' ? undefined : what;
  return what === '' ? file : `${file} (${what})`;
}

function excerpt(at: Place, folder: string): string[] {
  if (at.file === undefined || at.line === undefined) return [];
  const text = readLine(resolve(folder, at.file), at.line);
  if (text === undefined || text.length > 200) return [];
  const number = String(at.line);
  const pad = ' '.repeat(number.length);
  return [`   ${number} | ${text}`, ...(at.column === undefined ? [] : [`   ${pad} | ${' '.repeat(at.column - 1)}^`])];
}

function readLine(path: string, line: number): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')[line - 1];
  } catch {
    return undefined;
  }
}

function errorRecord(error: SnowmeltError): Record<string, unknown> {
  const { code, message, hint, at, blame, retry } = error;
  return { code: 'error', error: { code, message, hint, at, blame, retry } };
}
