import type { Graph, GraphDataset } from '../compile/graph.ts';
import { logicalDate } from '../layout/logical-date.ts';
import type { VerifyBench } from './build-both.ts';
import { addEvidence, type Evidence, type Finding, NO_EVIDENCE } from './finding.ts';
import { type Generation, type Given, openRound } from './generate-given.ts';
import { type GivenRow, joinRows, listRows } from './given-rows.ts';
import { learnValues } from './learn-values.ts';
import { seededRandom } from './random.ts';
import type { Budget } from './shrink.ts';
import { shrinkFinding } from './shrink-finding.ts';
import { evidenceOf, openTrial, type Trial, type Tried } from './trial.ts';

/** How hard to try. */
export interface GeneratedSettings {
  readonly seed: number;
  readonly rounds: number;
  /** Rows of each input in each round. */
  readonly rows: number;
  /** Builds that may be spent on making one finding small. */
  readonly tries: number;
}

/** What came of one dataset. */
export interface Verified {
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
}

// The ends of months, of a leap February and of a year: where arithmetic with dates goes wrong.
const DAYS = ['2024-03-31', '2024-02-29', '2023-12-31', '2024-10-27'].map(logicalDate);

const BUILDS_TO_MEND = 60;

/** Builds a dataset from generated rows on both engines, round by round; stops behind the first round that differs. */
export async function verifyGenerated(
  graph: Graph,
  dataset: GraphDataset,
  settings: GeneratedSettings,
  bench: VerifyBench,
  next: () => number,
): Promise<Verified> {
  let evidence = NO_EVIDENCE;
  for (let round = 0; round < settings.rounds; round++) {
    const random = seededRandom(settings.seed, `${dataset.name} ${round}`);
    const trial = openTrial(graph, dataset, DAYS[round % DAYS.length] ?? logicalDate('2024-03-31'), bench, next);
    const generate = openRound(graph, dataset, trial.day, random);
    const found = await runRound(dataset, generate, settings, trial);
    evidence = addEvidence(evidence, found.evidence);
    if (found.findings.length > 0) return { evidence, findings: found.findings };
  }
  return { evidence, findings: [] };
}

async function runRound(
  dataset: GraphDataset,
  generate: (generation: Generation) => Given,
  settings: GeneratedSettings,
  trial: Trial,
): Promise<Verified> {
  const { rows } = settings;
  const probe = generate({ rows, isTame: true });
  const probed = await trial.first(probe);
  const refused = probed === undefined ? [] : await trial.refused(probed);
  const useful = refused.length === 0 ? {} : { useful: learnValues(dataset, probe, refused) };
  const wild = generate({ rows, isTame: false, ...useful });
  const first = await judge(dataset, wild, settings, trial);
  if (first.findings.length > 0 || first.evidence.failedAlike === 0) return first;
  // A value that fails everywhere hides all others: go on without its row, or without such values.
  const mended = await leaveOutFailing(wild, trial);
  const second = await judge(dataset, mended ?? generate({ rows, isTame: true, ...useful }), settings, trial);
  const rowsLeftOut = mended === undefined ? listRows(wild).length : listRows(wild).length - listRows(mended).length;
  return { evidence: addEvidence({ ...first.evidence, builds: 0, rowsLeftOut }, second.evidence), findings: second.findings };
}

async function judge(dataset: GraphDataset, given: Given, { tries }: GeneratedSettings, trial: Trial): Promise<Verified> {
  const tried = await trial.both(given);
  if (tried === undefined) return { evidence: NO_EVIDENCE, findings: [] };
  const evidence = await weigh(tried, given, trial);
  const findings: Finding[] = [];
  for (const difference of tried.differences) {
    if (findings.some((other) => isTold(other, difference.part, difference.columns))) continue;
    findings.push(await shrinkFinding(dataset, given, difference, trial, tries));
  }
  return { evidence, findings };
}

// What a check or a measure says of rows that differ is no finding of its own.
function isTold(other: Finding, part: Finding['part'], columns: readonly string[]): boolean {
  if (other.part === 'rows' || other.part === 'refused') return part !== 'rows' && part !== 'refused';
  return other.part === part && other.columns.join() === columns.join();
}

async function weigh(tried: Tried, given: Given, trial: Trial): Promise<Evidence> {
  return evidenceOf(tried, await trial.refused(tried.outcomes[0]), listRows(given).length);
}

async function leaveOutFailing(given: Given, trial: Trial): Promise<Given | undefined> {
  const budget: Budget = { left: BUILDS_TO_MEND };
  const builds = async (rows: readonly GivenRow[]): Promise<boolean> => {
    budget.left -= 1;
    return (await trial.first(joinRows(rows)))?.kind === 'built';
  };
  const halve = async (rows: readonly GivenRow[]): Promise<readonly GivenRow[]> => {
    if (rows.length === 0 || budget.left <= 0) return [];
    if (await builds(rows)) return rows;
    if (rows.length === 1) return [];
    const middle = Math.floor(rows.length / 2);
    return [...(await halve(rows.slice(0, middle))), ...(await halve(rows.slice(middle)))];
  };
  const kept = await halve(listRows(given));
  return kept.length * 2 > listRows(given).length && (await builds(kept)) ? joinRows(kept) : undefined;
}
