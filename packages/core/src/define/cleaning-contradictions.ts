import { suggest } from '../errors/nearest.ts';
import { findParseContradictions } from './parse-contradictions.ts';
import type { CleaningColumn, Pipeline, SilverDefinition } from './pipeline-schema.ts';
import type { Report } from './report.ts';

type Path = readonly string[];

interface Around {
  readonly silver: SilverDefinition;
  readonly pipeline: Pipeline;
}

/** Finds rules of a column that exclude or need each other, or that its type cannot have. */
export function findCleaningContradictions(path: Path, silver: SilverDefinition, pipeline: Pipeline, report: Report): void {
  for (const [name, column] of Object.entries(silver.columns ?? {})) {
    const at = [...path, 'columns', name];
    checkStart(at, name, column, silver, report);
    checkCast(at, column, report);
    findParseContradictions(at, column, report);
    checkProtection(at, name, column, { silver, pipeline }, report);
    checkReference(at, name, column, { silver, pipeline }, report);
  }
}

function checkStart(at: Path, name: string, column: CleaningColumn, silver: SilverDefinition, report: Report): void {
  if (column.onFail === 'null' && silver.key?.includes(name)) {
    report([...at, 'onFail'], `\`${name}\` is part of the key, so it cannot become NULL.`, 'Use onFail quarantine or error.');
  }
  if (column.from !== undefined && column.expr !== undefined) {
    report(at, `\`${name}\` has both \`from\` and \`expr\`.`, 'Keep the one that the column starts from.');
  }
}

function checkCast(at: Path, { cast, type }: CleaningColumn, report: Report): void {
  if (cast === 'round' && type.kind !== 'bigint' && type.kind !== 'decimal') {
    report(
      [...at, 'cast'],
      "`cast: 'round'` is for exact numbers.",
      "Dates and times are cut off by `cast: 'truncate'`; other types lose nothing.",
    );
  }
  if (cast === 'truncate' && type.kind !== 'date' && type.kind !== 'timestamp' && type.kind !== 'time') {
    report(
      [...at, 'cast'],
      "`cast: 'truncate'` is for dates and times.",
      "Numbers are rounded by `cast: 'round'`, or cut off by `expr` with TRUNC.",
    );
  }
}

function checkProtection(at: Path, name: string, { protect, type }: CleaningColumn, { silver, pipeline }: Around, report: Report): void {
  if (protect === undefined) return;
  const where = [...at, 'protect'];
  if (type.kind !== 'varchar') {
    report(where, `\`${name}\` is protected, so it is a text.`, 'Declare it as VARCHAR; numbers become texts before they are hashed.');
  }
  if (silver.version === name) {
    report(where, `\`${name}\` is the \`version\`; hashes have another order.`, 'Take another column for the version.');
  }
  if (pipeline.keys[protect.key] === undefined) {
    const known = Object.keys(pipeline.keys);
    const hint = known.length === 0 ? `Add \`keys: { ${protect.key}: { env: 'NAME' } }\` to the pipeline.` : suggest(protect.key, known);
    report([...where, 'key'], `There is no key \`${protect.key}\`.`, hint);
  }
  if (protect.method === 'hash' && (protect.prefix !== undefined || protect.digits !== undefined)) {
    report(where, 'A hash is whole and has no prefix.', "Use `method: 'tokenize'`, or remove `prefix` and `digits`.");
  }
}

function checkReference(at: Path, name: string, { reference }: CleaningColumn, { silver, pipeline }: Around, report: Report): void {
  if (reference === undefined) return;
  const where = [...at, 'reference'];
  const known = Object.keys(pipeline.silver).map((table) => `silver.${table}`);
  if (!known.includes(reference.dataset)) {
    report([...where, 'dataset'], `There is no dataset \`${reference.dataset}\`.`, suggest(reference.dataset, known));
  }
  if (silver.eventTime === name) {
    report(where, `\`${name}\` says which day a row belongs to, so it cannot be looked up.`, 'Put the reference on a column of its own.');
  }
}
