import type { Graph } from '../compile/graph.ts';
import { TOLERANCE } from './compare-builds.ts';
import { proofOf } from './proof.ts';
import type { DatasetVerdict, VerifySettings } from './verify-dataset.ts';

/** What ran: programs that make rows, by name, e.g. `duckdb`, `spark`, `java`, `snowmelt`. */
export type Versions = Readonly<Record<string, string>>;

/** What was verified, on what, and what came of it. Holds no value of a row. */
export interface Certificate {
  readonly format: 1;
  readonly pipeline: string;
  readonly createdAt: string;
  readonly result: 'agree' | 'differ' | 'unproven';
  readonly versions: Versions;
  readonly settings: VerifySettings;
  readonly tolerance: { readonly doubles: number; readonly reason: string };
  readonly datasets: readonly CertifiedDataset[];
}

/** One dataset of a certificate: its findings are only counted. */
export type CertifiedDataset = Omit<DatasetVerdict, 'findings'> & { readonly findings: number };

const REASON =
  'Engines add up doubles in different orders, and each addition rounds: they may be apart by this much of the greater value, or of 1. Everything else is equal exactly.';

/** Writes down what verifying found. */
export function makeCertificate(
  graph: Graph,
  verdicts: readonly DatasetVerdict[],
  settings: VerifySettings,
  versions: Versions,
  now: Date,
): Certificate {
  return {
    format: 1,
    pipeline: graph.pipeline,
    createdAt: now.toISOString(),
    result: resultOf(verdicts),
    versions,
    settings,
    tolerance: { doubles: TOLERANCE, reason: REASON },
    datasets: verdicts.map((verdict) => ({ ...verdict, findings: verdict.findings.length })),
  };
}

function resultOf(verdicts: readonly DatasetVerdict[]): Certificate['result'] {
  if (verdicts.some(({ status }) => status === 'differs')) return 'differ';
  return verdicts.length > 0 && verdicts.every(({ status }) => status === 'agrees' || status === 'one-engine') ? 'agree' : 'unproven';
}

/**
 * Says why a certificate does not vouch for a pipeline as it is now: what changed since, what differed, what was left out. Nothing
 * to say: it does. Only versions that are named are compared, so that a machine without Spark can ask.
 */
export async function checkCertificate(certificate: Certificate, graph: Graph, versions: Versions): Promise<readonly string[]> {
  const problems: string[] = [];
  if (certificate.format !== 1) return ['It is of another format than this version of Snowmelt reads.'];
  if (certificate.pipeline !== graph.pipeline) problems.push(`It is for the pipeline ${certificate.pipeline}, not ${graph.pipeline}.`);
  for (const [name, version] of Object.entries(versions)) {
    const certified = certificate.versions[name];
    if (certified !== version) problems.push(`It was made with ${name} ${certified ?? 'none'}; this is ${version}.`);
  }
  const certified = new Map(certificate.datasets.map((dataset) => [dataset.dataset, dataset]));
  for (const dataset of graph.datasets.filter(({ layer }) => layer !== 'bronze')) {
    const problem = problemOf(certified.get(dataset.name), await proofOf(dataset));
    if (problem !== undefined) problems.push(`${dataset.name}: ${problem}.`);
  }
  return problems;
}

function problemOf(certified: CertifiedDataset | undefined, proof: string): string | undefined {
  if (certified === undefined) return 'it was not verified';
  if (certified.proof !== proof) return 'its model, rules, checks or their translation changed since';
  if (certified.status === 'differs') return 'the engines made different rows';
  return certified.status === 'unproven' ? 'no row came of it, so nothing was compared' : undefined;
}
