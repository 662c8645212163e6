import { buildPlan, readLake, readPast } from '@snowmelt/core/pipeline';
import type { CommandAction } from '../arguments/command.ts';
import { openProject } from '../compose/open-project.ts';
import { renderPlan } from '../render/render-plan.ts';
import { readDate } from './logical-dates.ts';

/** Prints what a run would do. Reads table logs, writes nothing to the lake. */
export const plan: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const day = readDate(invocation, 'date', project.clock);
    const lake = await readLake(
      project.store,
      project.graph.datasets.map(({ name }) => name),
    );
    const made = buildPlan(project.graph, lake, { day, past: await readPast(project.graph, lake, project.store) });
    const text = (): string => renderPlan(made, project.graph.source.kind);
    invocation.terminal.out(invocation.values['json'] === true ? `${JSON.stringify({ code: 'plan/made', ...made })}\n` : text());
    return 0;
  } finally {
    project.close();
  }
};
