// What plans and runs a graph and reads its lake. Light: everything that compiling needs is in `@snowmelt/core/compile`.
export { fingerprintOf } from './compile/fingerprint.ts';
export { findDataset, type Graph, type GraphDataset, refusedShapeOf, shapeOf, upstreamOf } from './compile/graph.ts';
export { storedAttemptNotes } from './lake/attempt-notes.ts';
export type { CheckResult, PartitionEntry, TableState } from './lake/commit.ts';
export { publishedDays, publishedFiles, type Shape } from './lake/published.ts';
export { readLake } from './lake/read-lake.ts';
export type { Reconciliation } from './lake/reconciliation.ts';
export { type RunRecord, readRunRecords } from './lake/run-record.ts';
export { readTable } from './lake/table-log.ts';
export { findUnreferenced } from './lake/vacuum.ts';
export { buildPlan } from './plan/build-plan.ts';
export { contractRequests } from './plan/contract-requests.ts';
export { type PastStates, readPast } from './plan/read-past.ts';
export { type BatchVerdict, type ReconciledBatch, reconcileBatch } from './reconcile/reconcile-batch.ts';
export { type DescribedDataset, describeSources } from './run/describe-sources.ts';
export { runPipeline } from './run/run-pipeline.ts';
export type { RunPorts, RunSettings } from './run/run-ports.ts';
export type { BuildStep, ExtractStep, PendingDataset, Plan, Step } from './steps/step.ts';
