import { compilationError, unsupported } from '../../errors/snowflake-error.ts';
import type { Session } from '../session.ts';
import type { TranslatedQuery, TranslatedUnload } from '../statements/translated.ts';
import { type StageLocation, stageLocation } from './stage-name.ts';
import { type Options, type OptionValue, type StatementReader, statementReader } from './statement-reader.ts';

const DEFAULT_FILE_BYTES = 16_777_216;
const LARGEST_FILE_BYTES = 5_368_709_120;

const KNOWN = ['FILE_FORMAT', 'HEADER', 'INCLUDE_QUERY_ID', 'DETAILED_OUTPUT', 'MAX_FILE_SIZE', 'SINGLE', 'OVERWRITE'];

/** Translates COPY INTO a stage; `translateQuery` does it for what stands behind FROM. @throws SnowflakeError */
export function translateUnload(text: string, session: Session, translateQuery: (text: string) => TranslatedQuery): TranslatedUnload {
  const reader = statementReader(text);
  reader.take('COPY', 'INTO');
  const location = targetOf(reader, session);
  if (!reader.take('FROM')) throw unsupported('COPY INTO a stage without FROM');
  const source = reader.group() ?? `SELECT * FROM ${reader.name().map(quote).join('.')}`;
  if (reader.take('PARTITION', 'BY')) throw unsupported('COPY INTO with PARTITION BY');
  const options = reader.options();
  reader.end();
  const unknown = [...options.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw unsupported(`COPY INTO with ${unknown}`);
  const flags = {
    isSingle: flag(options, 'SINGLE'),
    overwrites: flag(options, 'OVERWRITE'),
    includesQueryId: flag(options, 'INCLUDE_QUERY_ID'),
  };
  if (flags.includesQueryId && (flags.isSingle || flags.overwrites)) throw invalidValue('INCLUDE_QUERY_ID', 'TRUE');
  const query = translateQuery(source);
  return {
    kind: 'unload',
    ...location,
    ...flags,
    query,
    tables: query.tables,
    compression: compressionOf(options.get('FILE_FORMAT')),
    hasHeader: flag(options, 'HEADER'),
    isDetailed: flag(options, 'DETAILED_OUTPUT'),
    maxFileBytes: fileBytes(options.get('MAX_FILE_SIZE')),
    millisecondTimes: session.parameters?.['UNLOAD_PARQUET_TIME_TIMESTAMP_MILLIS'] !== 'FALSE',
  };
}

function targetOf(reader: StatementReader, session: Session): StageLocation {
  const location = reader.location();
  return stageLocation(location, session);
}

function quote(part: string): string {
  return `"${part.replaceAll('"', '""')}"`;
}

function flag(options: Options, name: string): boolean {
  const value = options.get(name);
  if (value === undefined) return false;
  if (value.kind === 'scalar' && /^(TRUE|FALSE)$/i.test(value.text)) return value.text.toUpperCase() === 'TRUE';
  throw invalidValue(name, shown(value));
}

function fileBytes(value: OptionValue | undefined): number {
  if (value === undefined) return DEFAULT_FILE_BYTES;
  const bytes = value.kind === 'scalar' && /^\d+$/.test(value.text) ? Number(value.text) : 0;
  if (bytes < 1 || bytes > LARGEST_FILE_BYTES) throw invalidValue('MAX_FILE_SIZE', shown(value));
  return bytes;
}

function compressionOf(format: OptionValue | undefined): TranslatedUnload['compression'] {
  if (format?.kind !== 'options') throw unsupported('COPY INTO without FILE_FORMAT = (TYPE = PARQUET)');
  const unknown = [...format.options.keys()].find((name) => !['TYPE', 'COMPRESSION', 'SNAPPY_COMPRESSION'].includes(name));
  if (unknown !== undefined) throw unsupported(`FILE_FORMAT with ${unknown}`);
  const type = scalar(format.options.get('TYPE'));
  if (type !== 'PARQUET') throw unsupported(`unloading to ${type ?? 'CSV'}`);
  const compression = scalar(format.options.get('COMPRESSION')) ?? 'AUTO';
  if (compression === 'LZO') throw unsupported('LZO compression');
  if (!['AUTO', 'SNAPPY', 'NONE'].includes(compression)) throw invalidValue('COMPRESSION', compression);
  const isPlain = compression === 'NONE' || scalar(format.options.get('SNAPPY_COMPRESSION')) === 'FALSE';
  return isPlain ? 'none' : 'snappy';
}

function scalar(value: OptionValue | undefined): string | undefined {
  return value?.kind === 'scalar' ? value.text.toUpperCase() : undefined;
}

function shown(value: OptionValue): string {
  return value.kind === 'scalar' ? value.text : '(…)';
}

function invalidValue(name: string, value: string): Error {
  return compilationError('001008', '22023', `invalid value [${value}] for parameter '${name}'`);
}
