import { secondsIn } from '../define/duration.ts';
import type { BronzeDefinition } from '../define/pipeline-schema.ts';
import type { BronzeMode } from '../layers/bronze/bronze-dataset.ts';
import type { BatchExpectation } from '../quality/batch-expectation.ts';
import type { Check } from '../quality/check.ts';
import { type RenderedChecks, renderChecks } from '../quality/render-checks.ts';
import type { Column } from '../sql/column-type.ts';

interface CompiledExpectations extends Omit<RenderedChecks, 'measurement'> {
  readonly expectations: readonly BatchExpectation[];
}

/** Compiles what an extract demands of each batch: values, a number of rows, freshness, and a key that is one. */
export function compileExpectations(definition: BronzeDefinition, columns: readonly Column[], mode: BronzeMode): CompiledExpectations {
  const judged = [...required(definition), ...rowCount(definition), ...freshness(definition)];
  // A window of a table that keeps every version of a row may bring several.
  const key =
    mode.kind === 'full' && definition.key !== undefined ? [{ kind: 'unique', columns: definition.key, severity: 'error' } as const] : [];
  const unique = renderChecks(key, columns, 'snapshot');
  return {
    checks: [...judged.map(({ check }) => check), ...unique.checks.map(({ id, severity }) => ({ id, severity }))],
    scans: unique.scans,
    expectations: judged.map(({ expectation }) => expectation),
  };
}

interface Judged {
  readonly check: Check;
  readonly expectation: BatchExpectation;
}

function judged(expectation: BatchExpectation, severity: Check['severity']): Judged {
  return { check: { id: expectation.id, severity }, expectation };
}

function required({ columns }: BronzeDefinition): readonly Judged[] {
  return Object.entries(columns)
    .filter(([, column]) => column.required === true)
    .map(([column]) => judged({ kind: 'notNull', id: `notNull(${column})`, column }, 'error'));
}

function rowCount({ rows }: BronzeDefinition): readonly Judged[] {
  if (rows === undefined) return [];
  const { min, max, severity } = rows;
  const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return [judged({ kind: 'rowCount', id: 'rowCount', ...bounds }, severity)];
}

function freshness({ freshness: declared, watermark }: BronzeDefinition): readonly Judged[] {
  const column = declared?.column ?? watermark;
  if (declared === undefined || column === undefined) return [];
  const { maxAge, severity } = declared;
  return [judged({ kind: 'freshness', id: `freshness(${column})`, column, maxAgeSeconds: secondsIn(maxAge) }, severity)];
}
