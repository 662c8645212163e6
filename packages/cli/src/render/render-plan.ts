import type { BuildStep, EngineChoice, ExtractStep, Graph, Plan, Step } from '@snowmelt/core/pipeline';
import { formatCount } from '@snowmelt/core/ports';
import { formatBytes } from './figures.ts';

type SourceKind = Graph['source']['kind'];

/** What a plan does not say itself. */
export interface PlanParts {
  readonly source: SourceKind;
  readonly engineOf: (step: BuildStep) => EngineChoice;
}

/** A plan as text: each step with its reason, then what follows from it. */
export function renderPlan(plan: Plan, parts: PlanParts): string {
  if (plan.steps.length === 0) return `Nothing to do for ${plan.day}: everything is current.\n`;
  const width = Math.max(...plan.steps.map(({ dataset }) => dataset.length), ...plan.pending.map(({ dataset }) => dataset.length));
  const steps = plan.steps.flatMap((step) => [
    `  ${step.kind.padEnd(7)}  ${step.dataset.padEnd(width)}  ${step.reason}`,
    `  ${''.padEnd(7)}  ${''.padEnd(width)}  ${describe(step, parts)}`,
  ]);
  const pending = plan.pending.map(
    ({ dataset, after }) =>
      `  ${'then'.padEnd(7)}  ${dataset.padEnd(width)}  as far as ${after.join(' and ')} ${after.length === 1 ? 'brings' : 'bring'} something new`,
  );
  const head = `Plan for ${plan.day}: ${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'} now${plan.pending.length === 0 ? '' : `, ${plan.pending.length} to follow`}.`;
  return `${[head, '', ...steps, ...pending].join('\n')}\n`;
}

function describe(step: Step, { source, engineOf }: PlanParts): string {
  return step.kind === 'extract' ? describeExtract(step, source) : `${describeBuild(step)}, ${describeEngine(engineOf(step))}`;
}

function describeExtract({ request }: ExtractStep, source: SourceKind): string {
  const transport = source === 'snowflake' ? describeTransport(request) : 'read by DuckDB';
  const how = `${transport}${request.reconcile === undefined ? '' : `, compared by ${request.reconcile}`}`;
  const drift = request.drift === undefined ? '' : `, drift ${request.drift.policy}`;
  const from = request.relation.kind === 'table' ? request.relation.table : 'a query';
  const { window, changelog } = request;
  if (window.kind === 'full') return `all of ${from}, ${how}${drift}`;
  const until = window.until.replace('.000Z', '').replace('T', ' ');
  if (window.kind === 'changes') {
    const what = window.low === undefined ? `all of ${from} as of` : `changes of ${from} after ${window.low}, up to`;
    return `${what} ${until}, ${how}${drift}`;
  }
  const keys = changelog?.listKeys === true ? ', and the keys of all rows' : '';
  return `${from} where ${window.watermark} in [${window.low ?? 'the beginning'}, ${until})${keys}, ${how}${drift}`;
}

function describeTransport({ transport, slices, window }: ExtractStep['request']): string {
  const way = transport === 'auto' ? 'transport unload if it is large, else raw' : `transport ${transport ?? 'raw'}`;
  // What changed is read by one statement.
  return slices === undefined || (window.kind === 'changes' && window.low !== undefined) ? way : `${way}, in ${slices.count} slices`;
}

function describeBuild({ request }: BuildStep): string {
  const inputs = request.stages.flatMap((stage) =>
    stage.kind === 'input' ? [`${stage.input.dataset} (${formatCount(stage.input.files.length)} files)`] : [],
  );
  const history = request.stages.some((stage) => stage.kind === 'lazy') ? ', and older batches of the days these touch' : '';
  const [output] = request.outputs;
  const days =
    output?.partition.kind === 'by' && output.partition.only !== undefined
      ? `, ${formatCount(output.partition.only.length)} day partitions`
      : '';
  return `reads ${[...new Set(inputs)].join(', ')}${history}${days}`;
}

const REASONS: Readonly<Record<EngineChoice['reason'], string>> = {
  asked: 'as asked',
  small: 'small',
  large: 'large',
  'no-spark-type': 'Spark has no TIME',
};

function describeEngine({ engine, reason, inputBytes, needsBytes }: EngineChoice): string {
  const name = engine === 'spark' ? 'Spark' : 'DuckDB';
  const chosen = `on ${name} (${REASONS[reason]}, ${formatBytes(inputBytes)})`;
  if (needsBytes === undefined) return chosen;
  return `${chosen}; may need ${formatBytes(needsBytes)} of memory, more than --memory allows: the rest goes to disk`;
}
