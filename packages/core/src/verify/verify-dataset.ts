import type { Graph, GraphDataset } from '../compile/graph.ts';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import type { LakeState } from '../lake/published.ts';
import type { VerifyBench } from './build-both.ts';
import type { Evidence, Finding } from './finding.ts';
import { findRules } from './literals.ts';
import { proofOf } from './proof.ts';
import { type GeneratedSettings, type Verified, verifyGenerated } from './verify-generated.ts';
import { type RealSettings, verifyReal } from './verify-real.ts';

/** What is to be verified on what. */
export interface VerifySettings extends GeneratedSettings, RealSettings {
  readonly isGenerated: boolean;
  readonly isReal: boolean;
}

/**
 * What is known of one dataset now. `unproven`: the engines never differed, but made no row that could have; `one-engine`: the
 * second engine cannot make it at all, and says so before it begins.
 */
export interface DatasetVerdict {
  readonly dataset: string;
  readonly status: 'agrees' | 'differs' | 'unproven' | 'one-engine';
  /** Changes when what was verified would be something else. */
  readonly proof: string;
  readonly generated?: Evidence;
  readonly real?: Evidence;
  readonly findings: readonly (Finding & { readonly on: 'generated' | 'real' })[];
  /** All its rules that can refuse a row, and its checks. */
  readonly rules: readonly string[];
  readonly checks: readonly string[];
  /** Its columns that are compared with a tolerance. */
  readonly doubles: readonly string[];
}

/** Where the two kinds of rows are built: generated ones in a store of their own, real ones over a lake that is only read. */
export interface VerifyBenches {
  readonly generated: VerifyBench;
  readonly real: { readonly bench: VerifyBench; readonly lake: LakeState };
}

/** Verifies one silver or gold dataset. */
export async function verifyDataset(
  graph: Graph,
  dataset: GraphDataset,
  settings: VerifySettings,
  { generated, real }: VerifyBenches,
  next: () => number,
): Promise<DatasetVerdict> {
  const known = {
    dataset: dataset.name,
    proof: await proofOf(dataset),
    rules: findRules(dataset),
    checks: dataset.checks.map(({ id }) => id),
    doubles: dataset.columns.filter(({ type }) => type.kind === 'double').map(({ name }) => name),
  };
  try {
    const one = settings.isGenerated ? await verifyGenerated(graph, dataset, settings, generated, next) : undefined;
    const built = settings.isReal ? await verifyReal(graph, dataset, real.lake, settings, real.bench, next) : undefined;
    // What the lake does not have yet says nothing against generated rows.
    const other = settings.isGenerated && built?.evidence.builds === 0 ? undefined : built;
    const findings = [
      ...(one?.findings ?? []).map((finding) => ({ ...finding, on: 'generated' as const })),
      ...(other?.findings ?? []).map((finding) => ({ ...finding, on: 'real' as const })),
    ];
    return {
      ...known,
      status: findings.length > 0 ? 'differs' : isProven(one, other) ? 'agrees' : 'unproven',
      ...(one === undefined ? {} : { generated: one.evidence }),
      ...(other === undefined ? {} : { real: other.evidence }),
      findings,
    };
  } catch (error) {
    if (isSnowmeltError(error) && error.code === 'build/not-on-spark') return { ...known, status: 'one-engine', findings: [] };
    throw error;
  }
}

function isProven(...parts: readonly (Verified | undefined)[]): boolean {
  const asked = parts.flatMap((part) => part ?? []);
  return asked.length > 0 && asked.every(({ evidence }) => evidence.rowsCompared > 0);
}
