import type { ObjectKey } from '../layout/object-key.ts';
import { fillTemplate } from '../layout/object-key.ts';
import type { BuildOutput, BuildRequest, BuildStage, InputRelation, LazyRelation } from '../ports/sql-engine.ts';
import { type Column, renderColumnType } from '../sql/column-type.ts';

/** Where the files of a step are, for the program that executes it elsewhere. */
export interface StepPlaces {
  readonly attempt: string;
  /** Where an object of the lake is: a path or a URL. */
  locate(key: ObjectKey): string;
  /** The folder of the lake, with `/` at its end. */
  readonly root: string;
  /** A folder that no reader sees, one for each output: the files are written there first. */
  readonly staging: string;
}

/** A build request as the Spark runner reads it: the SQL of Spark, types in its words, files where they are. Holds no key. */
export type SparkStep = Readonly<Record<string, unknown>> & { readonly outputs: readonly { readonly staging: string }[] };

/** Writes a build request down for the Spark runner. */
export function sparkStep(request: BuildRequest, places: StepPlaces): SparkStep {
  return {
    format: 1,
    dataset: request.dataset,
    stages: request.stages.map((stage) => stageOf(stage, places)),
    outputs: request.outputs.map((output, i) => outputOf(output, `${places.staging}/${i}`, places)),
    checks: request.checks.map(({ checks, byDay, sql }) => ({ checks, byDay: byDay === true, sql: sql.spark })),
    ...(request.accounting === undefined ? {} : { accounting: request.accounting.spark }),
    ...(request.measurement === undefined
      ? {}
      : {
          measurement: {
            byDay: request.measurement.byDay,
            measures: request.measurement.measures.map(({ id, sql }) => ({ id, sql: sql.spark })),
          },
        }),
  };
}

function stageOf(stage: BuildStage, places: StepPlaces): object {
  switch (stage.kind) {
    case 'input':
      return { kind: 'input', ...relationOf(stage.input), files: stage.input.files.map(places.locate) };
    case 'lazy': {
      const filesByDay = Object.entries(stage.input.filesByDay).map(([day, files]) => [day, files.map(places.locate)]);
      return { kind: 'lazy', ...relationOf(stage.input), daysFrom: stage.input.daysFrom.spark, filesByDay: Object.fromEntries(filesByDay) };
    }
    default:
      return { kind: stage.kind, name: stage.name, sql: stage.sql.spark };
  }
}

function relationOf({ relation, columns, batchColumn, batches }: InputRelation | LazyRelation): object {
  return {
    relation,
    columns: columns.map(typed),
    // Where batches are named, the column that says them is there too.
    ...(batchColumn === true || batches !== undefined ? { batchColumn: true } : {}),
    ...(batches === undefined ? {} : { batches }),
  };
}

function outputOf({ part, from, columns, sortBy, partition, prefix }: BuildOutput, staging: string, { attempt, root }: StepPlaces) {
  const where = partition.kind === 'buckets' ? { ...partition, touched: partition.touched.spark } : partition;
  const folder = partition.kind === 'by' ? prefix.replace('{attempt}', attempt) : fillTemplate(prefix, partition.day, attempt);
  return { part, from, columns: columns.map(typed), sortBy, partition: where, prefix: `${root}${folder}`, staging };
}

function typed({ name, type }: Column): object {
  return { name, type: renderColumnType(type, 'spark') };
}
