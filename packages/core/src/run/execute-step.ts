import { isSnowmeltError, SnowmeltError, toSnowmeltError } from '../errors/snowmelt-error.ts';
import type { CheckResult, Commit, TableState } from '../lake/commit.ts';
import { commitToTable } from '../lake/table-log.ts';
import { ATTEMPT, attemptName } from '../layout/object-key.ts';
import type { StepOutcome } from '../messages/catalogue.ts';
import type { CallContext, DriftNote, ExtractReport } from '../ports/source.ts';
import type { EngineMetrics } from '../ports/sql-engine.ts';
import { isFailed, judgeChecks } from '../quality/judge.ts';
import type { BuildStep, ExtractStep, Step } from '../steps/step.ts';
import { buildAndJudge } from './build-and-judge.ts';
import { buildCommit, extractCommit } from './commit-step.ts';
import { judgeBatch } from './judge-batch.ts';
import { batchVerdicts, keepVerdicts } from './keep-verdicts.ts';
import { noteKept } from './note-kept.ts';
import { reconcileExtract } from './reconcile-extract.ts';
import { refuseNullKeys } from './refuse-null-keys.ts';
import { registerCommit } from './register.ts';
import { addRetractions } from './retract-rows.ts';
import type { RunPorts, RunSettings } from './run-ports.ts';
import { splitBatch } from './split-batch.ts';
import { describeCommit, emptyOutcome } from './step-outcome.ts';

/** What all steps of a run share. `attempts` makes every attempt's folder a new one. */
export interface StepContext {
  readonly run: string;
  readonly ports: RunPorts;
  readonly settings: RunSettings;
  readonly attempts: { value: number };
}

/** A step's end: the table's new state, unless it failed. */
export interface StepResult {
  readonly outcome: StepOutcome;
  readonly state: TableState | undefined;
}

/** Executes one step: write, check, publish; again while the error says that this is safe. Never throws. */
export async function executeStep(step: Step, before: TableState, context: StepContext): Promise<StepResult> {
  const { ports, run } = context;
  const startedAt = ports.clock.now().getTime();
  ports.host.notify({ code: 'step/started', run, step: step.id, dataset: step.dataset, kind: step.kind, reason: step.reason });
  let attempts = 0;
  for (;;) {
    attempts += 1;
    try {
      const { commit, bytes, drift, engine } = await tryStep(step, before, context);
      const state = await publish(step, before, commit, context);
      const durationMs = ports.clock.now().getTime() - startedAt;
      return { outcome: describeCommit(step, commit, { durationMs, attempts, bytes, drift, engine }), state };
    } catch (error) {
      const failure = toSnowmeltError(error);
      if (mayRetry(failure, attempts, context) && (await waitToRetry(step, failure, attempts, context))) continue;
      const durationMs = ports.clock.now().getTime() - startedAt;
      return { outcome: failedOutcome(step, failure, durationMs, attempts), state: undefined };
    }
  }
}

interface Written {
  readonly commit: Commit;
  readonly bytes: number;
  readonly drift?: readonly DriftNote[] | undefined;
  readonly engine?: EngineMetrics | undefined;
}

async function tryStep(step: Step, before: TableState, context: StepContext): Promise<Written> {
  if (context.settings.signal.aborted) {
    throw new SnowmeltError('run/interrupted', { message: `Stopped before ${step.id}.`, at: { dataset: step.dataset, step: step.id } });
  }
  context.attempts.value += 1;
  const attempt = attemptName(step.day, context.run, context.attempts.value);
  const call: CallContext = { attempt, run: context.run, signal: context.settings.signal };
  return step.kind === 'extract' ? tryExtract(step, before, context, call) : tryBuild(step, before, context, call);
}

async function tryExtract(step: ExtractStep, before: TableState, context: StepContext, call: CallContext) {
  const { ports, run } = context;
  const source = await ports.source();
  const extracted = await source.extract({ ...step.request, prefix: step.request.prefix.replace(ATTEMPT, call.attempt) }, call);
  refuseNullKeys(step, extracted);
  const reconciled = await reconcileExtract(step, extracted, { source, digests: ports.digests, clock: ports.clock }, call);
  const { report: judged, attempt } = await typed(step, extracted, context, call);
  const report = await addRetractions(step, judged, ports, call);
  const checks = await judgeBatch(step, before, report, ports, call);
  await keepVerdicts(step, batchVerdicts(step, checks, report.rows), ports, call);
  judgeChecks(step.dataset, checks);
  announce(report, step, ports, run);
  warnOf(checks, step, ports, run);
  const commit = extractCommit(step, before, report, { run, now: ports.clock.now(), attempt }, { checks, reconciled });
  return { commit, bytes: report.files.reduce((sum, file) => sum + file.bytes, 0), drift: report.contract?.notes };
}

// What came as text is written again, typed, as an attempt of its own: a batch's folder holds nothing but its rows.
async function typed(step: ExtractStep, read: ExtractReport, context: StepContext, call: CallContext) {
  if (read.contract?.asText === undefined || read.rows === 0) return { report: read, attempt: call.attempt };
  context.attempts.value += 1;
  const attempt = attemptName(step.day, context.run, context.attempts.value);
  return { report: await splitBatch(step, read, context.ports, { ...call, attempt }), attempt };
}

function announce({ announcement, contract }: ExtractReport, { dataset }: Step, { host }: RunPorts, run: string): void {
  if (announcement !== undefined) host.notify({ code: `extract/${announcement.kind}`, run, dataset, why: announcement.why });
  for (const note of contract?.notes ?? []) host.notify({ code: 'source/drifted', run, dataset, ...note });
}

async function tryBuild(step: BuildStep, before: TableState, { ports, run }: StepContext, call: CallContext) {
  const { report, checks, near } = await buildAndJudge(step, before, ports, call);
  warnOf(checks, step, ports, run);
  if (near !== undefined) ports.host.notify({ code: 'quarantine/near', run, dataset: step.dataset, ...near });
  const written = report.outputs.flatMap(({ partitions }) => partitions);
  const bytes = written.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
  const commit = buildCommit(step, report, checks, { run, now: ports.clock.now(), attempt: call.attempt });
  return { commit: await noteKept(step, before, commit, ports, call), bytes, engine: report.metrics };
}

function warnOf(results: readonly CheckResult[], { dataset }: Step, { host }: RunPorts, run: string): void {
  for (const { check, violations, detail } of results.filter(isFailed)) {
    host.notify({ code: 'check/warned', run, dataset, check, violations, ...(detail === undefined ? {} : { detail }) });
  }
}

async function publish(step: Step, before: TableState, commit: Commit, { ports, run }: StepContext): Promise<TableState> {
  const after = await commitToTable(ports.store, before, commit);
  try {
    await registerCommit(ports.catalog, step, after);
  } catch {
    // The log is the truth: the commit stands, and the next run repairs the catalog.
    ports.host.notify({ code: 'catalog/behind', run, dataset: step.dataset });
  }
  return after;
}

function mayRetry(error: SnowmeltError, attempts: number, { settings }: StepContext): boolean {
  if (error.retry !== 'safe' || error.code === 'lake/commit-conflict' || error.code === 'run/interrupted') return false;
  return attempts <= settings.retries && !settings.signal.aborted;
}

async function waitToRetry(step: Step, error: SnowmeltError, attempt: number, { ports, run, settings }: StepContext): Promise<boolean> {
  const delayMs = Math.min(30_000, 500 * 2 ** attempt);
  ports.host.notify({ code: 'step/retrying', run, step: step.id, attempt, error: error.code, delayMs });
  try {
    await ports.clock.sleep(delayMs, settings.signal);
    return true;
  } catch (interruption) {
    if (isSnowmeltError(interruption)) return false;
    throw interruption;
  }
}

function failedOutcome(step: Step, failure: SnowmeltError, durationMs: number, attempts: number): StepOutcome {
  const { code, message, hint, at } = failure;
  const error = { code, message, at: { dataset: step.dataset, ...at }, ...(hint === undefined ? {} : { hint }) };
  return emptyOutcome(step, { status: 'failed', reason: step.reason, durationMs, attempts, error });
}
