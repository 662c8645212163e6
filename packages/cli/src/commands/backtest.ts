import { type Backtest, backtestDataset, type GraphDataset, readTable } from '@snowmelt/core/pipeline';
import { formatCount, SnowmeltError } from '@snowmelt/core/ports';
import type { Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import type { Project } from '../compose/open-project.ts';

/** Says how often checks of figures would have fired on the partitions that are published, and when. @throws cli/usage */
export async function backtest(project: Project, datasets: readonly GraphDataset[], invocation: Invocation): Promise<void> {
  const { terminal, values } = invocation;
  const sensitivity = readSensitivity(invocation);
  let count = 0;
  for (const dataset of datasets) {
    const state = await readTable(project.store, dataset.name);
    const results = await backtestDataset(dataset, {
      state,
      engine: project.openEngine,
      call: { attempt: 'backtest', signal: new AbortController().signal },
      ...(sensitivity === undefined ? {} : { sensitivity }),
    });
    count += results.length;
    for (const result of results) {
      if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'check/backtested', dataset: dataset.name, ...result })}\n`);
      else terminal.out(renderBacktest(dataset.name, result));
    }
  }
  if (count === 0 && values['json'] !== true) terminal.out('No built dataset has a check of a figure (rowCount, aggregate, anomaly).\n');
}

function readSensitivity(invocation: Invocation): number | undefined {
  const text = readText(invocation, 'sensitivity');
  if (text === undefined) return undefined;
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new SnowmeltError('cli/usage', {
    message: `--sensitivity takes a number above 0, not \`${text}\`.`,
    hint: 'Example: --sensitivity 3.',
  });
}

function renderBacktest(dataset: string, { check, severity, partitions, fired }: Backtest): string {
  const times = fired.length === 1 ? '1 time' : `${formatCount(fired.length)} times`;
  const days = fired.map(({ day, detail }) => `  ${day}  ${detail}\n`);
  return `${dataset} ${check} (${severity}): would have fired ${times} in ${formatCount(partitions)} partitions\n${days.join('')}`;
}
