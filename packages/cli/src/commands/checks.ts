import { type CheckResultRow, type GraphDataset, readLatestCheckResults } from '@snowmelt/core/pipeline';
import { formatCount, SnowmeltError, suggest } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { textTable } from '../render/text-table.ts';
import { backtest } from './backtest.ts';

/** Shows what the checks said the last time they were asked, or tries them on what is published. */
export const checks: CommandAction = async (invocation) => {
  const [first, second] = invocation.positionals;
  const isBacktest = first === 'backtest';
  if (!isBacktest && (second !== undefined || invocation.values['sensitivity'] !== undefined)) {
    throw new SnowmeltError('cli/usage', {
      message: second === undefined ? '--sensitivity is for `checks backtest`.' : `\`snowmelt checks\` does not take \`${second}\`.`,
      hint: 'See `snowmelt checks --help`.',
    });
  }
  const project = await openProject(invocation);
  try {
    const datasets = chooseDatasets(project, isBacktest ? second : first);
    if (isBacktest) await backtest(project, datasets, invocation);
    else await showLatest(project, datasets, invocation);
    return 0;
  } finally {
    project.close();
  }
};

function chooseDatasets({ graph }: Project, name: string | undefined): readonly GraphDataset[] {
  const chosen = graph.datasets.filter((dataset) => name === undefined || dataset.name === name);
  if (chosen.length > 0 || name === undefined) return chosen;
  const known = graph.datasets.map((dataset) => dataset.name);
  throw new SnowmeltError('lake/unknown-dataset', { message: `There is no dataset \`${name}\`.`, hint: suggest(name, known) });
}

async function showLatest({ store }: Project, datasets: readonly GraphDataset[], { terminal, values }: Invocation): Promise<void> {
  const results = (await Promise.all(datasets.map(({ name }) => readLatestCheckResults(store, name)))).flat();
  if (values['json'] === true) {
    for (const result of results) terminal.out(`${JSON.stringify({ code: 'check/result', ...result })}\n`);
    return;
  }
  if (results.length === 0) {
    terminal.out('No check has been run yet.\n');
    return;
  }
  const right = 'right' as const;
  terminal.out(
    textTable(
      [
        { title: 'dataset' },
        { title: 'date' },
        { title: 'check' },
        { title: 'severity' },
        { title: 'outcome' },
        { title: 'days', align: right },
        { title: 'violations', align: right },
        { title: 'what was found' },
      ],
      groupByCheck(results).map(describeCheck),
    ),
  );
}

function groupByCheck(results: readonly CheckResultRow[]): readonly (readonly CheckResultRow[])[] {
  const groups = new Map<string, CheckResultRow[]>();
  for (const result of results) {
    const key = `${result.dataset} ${result.check_name}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

const FROM_WORST: readonly CheckResultRow['outcome'][] = ['failed', 'warned', 'set aside', 'tolerated', 'passed'];

function describeCheck(results: readonly CheckResultRow[]): readonly string[] {
  const [worst] = [...results].sort((a, b) => FROM_WORST.indexOf(a.outcome) - FROM_WORST.indexOf(b.outcome) || b.violations - a.violations);
  if (worst === undefined) return [];
  const violations = results.reduce((sum, one) => sum + one.violations, 0);
  return [
    worst.dataset,
    worst.logical_date,
    worst.check_name,
    worst.severity,
    worst.outcome,
    worst.partition === null ? '' : formatCount(results.length),
    violations === 0 ? '' : formatCount(violations),
    worst.outcome === 'passed' ? '' : `${results.length > 1 ? `${worst.partition}: ` : ''}${describeFinding(worst)}`,
  ];
}

function describeFinding({ detail, partition, violations, row_count: rows }: CheckResultRow): string {
  return detail ?? (partition === null ? formatCount(violations) : `${formatCount(violations)} of ${formatCount(rows)} rows`);
}
