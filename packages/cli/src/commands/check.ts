import {
  contractRequests,
  type DescribedDataset,
  describeEvolution,
  describeSources,
  evolutionErrors,
  readLake,
  type TableEvolution,
} from '@snowmelt/core/pipeline';
import { type SnowmeltError, throwAll } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { renderEvolution } from '../render/render-evolution.ts';
import { readScope, type Scope } from './scope.ts';

/** Compiles the project and says what it consists of; with `--source` also how the source differs from it. */
export const check: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const { only } = await readScope(invocation, project);
    const described = invocation.values['source'] === true ? await askSource(project, invocation, only) : [];
    const { graph, store } = project;
    const lake = await readLake(
      store,
      graph.datasets.map(({ name }) => name),
    );
    const refused = evolutionErrors(graph, lake, only);
    report(project, { described, evolution: describeEvolution(graph, lake, only), refused }, invocation);
    throwAll([...refused]);
    throwAll(described.flatMap(({ error }) => (error === undefined ? [] : [error, ...error.others])));
    return 0;
  } finally {
    project.close();
  }
};

async function askSource(project: Project, { terminal }: Invocation, only: Scope['only']): Promise<readonly DescribedDataset[]> {
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  try {
    const { graph, store } = project;
    const lake = await readLake(
      store,
      graph.datasets.map(({ name }) => name),
    );
    const requests = contractRequests(graph, lake).filter(({ dataset }) => only?.has(dataset) !== false);
    return await describeSources(requests, await project.openSource(), { attempt: 'check', signal: stop.signal });
  } finally {
    release();
  }
}

interface Findings {
  readonly described: readonly DescribedDataset[];
  readonly evolution: readonly TableEvolution[];
  readonly refused: readonly SnowmeltError[];
}

function report(project: Project, { described, evolution, refused }: Findings, { terminal, values }: Invocation): void {
  const { datasets, pipeline } = project.graph;
  if (values['json'] === true) {
    const listed = datasets.map(({ name, columns, inputs, lineage }) => ({ name, columns, inputs, lineage }));
    terminal.out(`${JSON.stringify({ code: 'check/done', pipeline, datasets: listed, evolution })}\n`);
    for (const { dataset, contract } of described) {
      if (contract !== undefined) terminal.out(`${JSON.stringify({ code: 'check/source', dataset, ...contract })}\n`);
    }
    return;
  }
  const notes = described.flatMap(({ dataset, contract }) => (contract?.notes ?? []).map(({ detail }) => `  ! ${dataset}: ${detail}\n`));
  terminal.out(`${notes.join('')}${renderEvolution(evolution)}`);
  if (values['quiet'] === true) return;
  const columns = datasets.reduce((sum, dataset) => sum + dataset.columns.length, 0);
  const checks = datasets.reduce((sum, dataset) => sum + dataset.checks.length, 0);
  const wrong = described.filter(({ error }) => error !== undefined).length;
  const source = described.length === 0 ? '' : ` ${described.length - wrong} of ${described.length} extracts fit the source.`;
  terminal.out(
    `${pipeline}: ${datasets.length} datasets, ${columns} columns, ${checks} checks.${wrong + refused.length === 0 ? ' No errors.' : ''}${source}\n`,
  );
}
