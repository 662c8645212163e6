import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSnowmeltError, type Place, SnowmeltError } from '@snowmelt/core/ports';

/** Where a configuration is wrong; `line` and `column` are 1-based. */
export interface ConfigPlace {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

/** A configuration that does not compile; {@link toLoadError} makes it `config/load-failed`. */
export class ConfigError extends Error {
  readonly place: ConfigPlace;

  constructor(message: string, place: ConfigPlace) {
    super(message);
    this.place = place;
  }
}

/** Makes `config/load-failed` of whatever compiling or running a configuration threw. `sources`: compiled file to source file. */
export function toLoadError(error: unknown, projectFolder: string, entry: string, sources: ReadonlyMap<string, string>): SnowmeltError {
  if (isSnowmeltError(error)) return error;
  const place =
    error instanceof ConfigError ? error.place : (placeOf(stackOf(error), sources) ?? checkSyntax(error, sources) ?? { path: entry });
  const text = error instanceof Error ? error.message : String(error);
  return new SnowmeltError('config/load-failed', { message: readable(text, sources), at: toPlace(place, projectFolder), cause: error });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : '';
}

// The topmost frame, or the head of a syntax error, that lies in one of the compiled files.
function placeOf(stack: string, sources: ReadonlyMap<string, string>): ConfigPlace | undefined {
  for (const [, file = '', line, column] of stack.matchAll(/(file:\/\/[^\s)]+?|\/[^\s():]+):(\d+)(?::(\d+))?/g)) {
    const compiled = file.startsWith('file:') ? fileURLToPath(file) : file;
    const path = sources.get(compiled);
    if (path === undefined) continue;
    const isSame = isSameLine(compiled, path, Number(line));
    return { path, line: Number(line), ...(column !== undefined && isSame ? { column: Number(column) } : {}) };
  }
  return undefined;
}

// Some syntax errors, such as a name declared twice, tell their place only to the terminal: ask Node to check each file there.
function checkSyntax(error: unknown, sources: ReadonlyMap<string, string>): ConfigPlace | undefined {
  if (!(error instanceof Error) || error.name !== 'SyntaxError') return undefined;
  for (const [compiled, path] of sources) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', compiled], { encoding: 'utf8' });
    const line = /:(\d+)$/m.exec(stderr)?.[1];
    if (status !== 0 && line !== undefined) return { path, line: Number(line) };
  }
  return undefined;
}

// Taking types out keeps lines but moves what stands behind them in the line.
function isSameLine(compiled: string, source: string, line: number): boolean {
  const read = (path: string): string | undefined => readFileSync(path, 'utf8').split('\n')[line - 1];
  return read(compiled) === read(source);
}

// Messages of Node name the compiled file; people know the source only.
function readable(text: string, sources: ReadonlyMap<string, string>): string {
  let message = text;
  for (const [compiled, source] of sources) message = message.replaceAll(compiled, source);
  return message;
}

function toPlace(place: ConfigPlace, projectFolder: string): Place {
  return {
    file: relative(projectFolder, place.path),
    ...(place.line === undefined ? {} : { line: place.line }),
    ...(place.column === undefined ? {} : { column: place.column }),
  };
}
