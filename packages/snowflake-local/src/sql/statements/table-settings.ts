import { compilationError, unsupported } from '../../errors/snowflake-error.ts';
import type { TableSettings } from './translated.ts';

const LONGEST_RETENTION_DAYS = 90;

/** Reads what CREATE TABLE or ALTER TABLE SET says about a table's past. @throws SnowflakeError for any other property */
export function readTableSettings(properties: readonly (readonly [name: string, value: string])[]): TableSettings {
  let settings: TableSettings = {};
  for (const [name, value] of properties) {
    const upper = name.toUpperCase();
    if (upper === 'CHANGE_TRACKING' && /^(true|false)$/i.test(value)) settings = { ...settings, changeTracking: /true/i.test(value) };
    else if (upper === 'DATA_RETENTION_TIME_IN_DAYS') settings = { ...settings, retentionDays: readDays(value) };
    else throw unsupported(`the table property ${upper} with this value`);
  }
  return settings;
}

function readDays(value: string): number {
  const days = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (days <= LONGEST_RETENTION_DAYS) return days;
  throw compilationError('001008', '22023', `invalid value [${value}] for parameter 'DATA_RETENTION_TIME_IN_DAYS'`);
}
