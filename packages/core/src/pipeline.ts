// What a composition root needs: parse, compile, plan, run.
export { type CompileInput, compilePipeline } from './compile/compile-pipeline.ts';
export { fingerprintOf } from './compile/fingerprint.ts';
export { findDataset, type Graph, type GraphDataset, refusedShapeOf, shapeOf, upstreamOf } from './compile/graph.ts';
export type { DeclarationFile } from './define/declaration-file.ts';
export { isPipelineDeclaration } from './define/define-pipeline.ts';
export { parsePipeline } from './define/parse-pipeline.ts';
export type { Pipeline, PipelineDeclaration } from './define/pipeline-schema.ts';
export type { TableState } from './lake/commit.ts';
export { publishedDays, publishedFiles } from './lake/published.ts';
export { readLake } from './lake/read-lake.ts';
export { type RunRecord, readRunRecords } from './lake/run-record.ts';
export { readTable } from './lake/table-log.ts';
export { findUnreferenced } from './lake/vacuum.ts';
export { buildPlan } from './plan/build-plan.ts';
export { runPipeline } from './run/run-pipeline.ts';
export type { RunPorts, RunSettings } from './run/run-ports.ts';
export { loadTranslator } from './sql/translator.ts';
export type { Plan, Step } from './steps/step.ts';
