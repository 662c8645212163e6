import {
  ATTEMPT,
  type BuildOutput,
  type DatasetName,
  type LogicalDate,
  type ObjectKey,
  type ObjectStore,
  objectKey,
} from '@snowmelt/core/ports';
import type { Statements } from './statements.ts';

/** What writing the outputs of one build needs. */
export interface OutputWriter {
  readonly dataset: DatasetName;
  readonly attempt: string;
  readonly store: ObjectStore;
  readonly statements: Statements;
  /** Runs `act` with another connection that sees the same stages, so that two files are written at a time. */
  readonly withSecond: (act: (statements: Statements) => Promise<void>) => Promise<void>;
  /** Is told every key before it is written, for whoever cleans up after a failure. */
  readonly onKey: (key: ObjectKey) => void;
}

/** The key of a day's file: the planned folder of this attempt, with the file's number. */
export function dayKey(writer: Pick<OutputWriter, 'attempt'>, output: BuildOutput, day: LogicalDate, part: number): ObjectKey {
  const [year = '', month = '', date = ''] = day.split('-');
  const folder = output.prefix
    .replaceAll('{year}', year)
    .replaceAll('{month}', month)
    .replaceAll('{day}', date)
    .replaceAll(ATTEMPT, writer.attempt);
  return objectKey(`${folder}/part-${part}.parquet`);
}
