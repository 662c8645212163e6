import type { BuildStage } from '../ports/sql-engine.ts';
import { referenceRelation } from '../quality/reference-relation.ts';
import type { Step } from '../steps/step.ts';
import { type InputTable, publishedRelation } from './inputs.ts';

/** Lets a build's checks read other datasets, whole: of a snapshot as of its day. */
export function withReferences<S extends Step>(
  step: S,
  dataset: { readonly layer: string; readonly partitioning?: { readonly kind: string } },
  references: readonly InputTable[],
): S {
  if (step.kind !== 'build' || references.length === 0) return step;
  const scope = dataset.partitioning?.kind === 'snapshot' ? { until: step.day } : {};
  const stages = references.map((input): BuildStage => {
    const relation = { ...publishedRelation(input, scope), relation: referenceRelation(input.name) };
    return { kind: 'input', input: relation };
  });
  return { ...step, request: { ...step.request, stages: [...step.request.stages, ...stages] } };
}
