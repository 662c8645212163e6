import {
  type BuildStep,
  buildPlan,
  chooseEngine,
  describeEvolution,
  describeLedger,
  type EngineChoice,
  evolutionErrors,
  readLake,
  readPast,
} from '@snowmelt/core/pipeline';
import { throwAll } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { openProject } from '../compose/open-project.ts';
import { renderEvolution } from '../render/render-evolution.ts';
import { renderLedger } from '../render/render-ledger.ts';
import { renderPlan } from '../render/render-plan.ts';
import { readDate } from './logical-dates.ts';
import { describeScope, readScope } from './scope.ts';

/** Prints what a run would do. Reads table logs, writes nothing to the lake. */
export const plan: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    const day = readDate(invocation, 'date', project.clock);
    const lake = await readLake(
      project.store,
      project.graph.datasets.map(({ name }) => name),
    );
    const scope = await readScope(invocation, project);
    const evolution = describeEvolution(project.graph, lake, scope.only);
    const refused = evolutionErrors(project.graph, lake, scope.only);
    const made = buildPlan(project.graph, lake, { day, ...scope, past: await readPast(project.graph, lake, project.store) });
    const ledger = describeLedger(project.graph, lake, made, scope.only);
    const engineOf = (step: BuildStep): EngineChoice => chooseEngine(step, project.engineRules);
    const engines = Object.fromEntries(made.steps.flatMap((step) => (step.kind === 'build' ? [[step.id, engineOf(step)]] : [])));
    const text = (): string =>
      `${describeScope(scope, project.graph)}${renderEvolution(evolution)}${renderPlan(made, { source: project.graph.source.kind, engineOf })}${renderLedger(ledger)}`;
    invocation.terminal.out(
      invocation.values['json'] === true ? `${JSON.stringify({ code: 'plan/made', ...made, engines, evolution, ledger })}\n` : text(),
    );
    throwAll([...refused]);
    return 0;
  } finally {
    project.close();
  }
};
