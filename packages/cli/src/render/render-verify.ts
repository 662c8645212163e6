import type { Certificate, DatasetVerdict, Evidence } from '@snowmelt/core/pipeline';
import { type FixtureRow, formatCount } from '@snowmelt/core/ports';
import { paint } from './paint.ts';
import { renderDifference, rowText } from './render-test.ts';

type Color = ReturnType<typeof paint>;
type Finding = DatasetVerdict['findings'][number];

const STATUS: Readonly<Record<DatasetVerdict['status'], string>> = {
  agrees: '',
  differs: 'the engines differ',
  unproven: 'nothing was proven: no row came of it',
  'one-engine': 'only DuckDB can make it',
};

/** One dataset for people: what was compared, and the smallest input that shows each difference. */
export function renderVerdict(verdict: DatasetVerdict, file: string, hasColor: boolean): string {
  const color = paint(hasColor);
  const isGood = verdict.status === 'agrees' || verdict.status === 'one-engine';
  const mark = isGood ? color.green('✓') : color.red('✗');
  const status = STATUS[verdict.status];
  const lines = [`  ${mark} ${verdict.dataset}${status === '' ? '' : `: ${status}`}`];
  if (verdict.generated !== undefined) lines.push(color.dim(`      generated  ${generatedText(verdict, verdict.generated)}`));
  if (verdict.real !== undefined) lines.push(color.dim(`      real       ${realText(verdict.real)}`));
  for (const finding of verdict.findings) lines.push(...renderFinding(finding, file, color));
  return `${lines.join('\n')}\n`;
}

function generatedText({ rules, checks }: DatasetVerdict, evidence: Evidence): string {
  const refused = evidence.refusedCompared === 0 ? '' : ` and ${formatCount(evidence.refusedCompared)} refused ones`;
  const seen = rules.filter((rule) => evidence.rulesSeen.includes(rule)).length;
  return [
    `${many(evidence.builds, 'round')}, ${formatCount(evidence.rowsGiven)} rows in, ${formatCount(evidence.rowsCompared)}${refused} compared`,
    ...(rules.length === 0 ? [] : [`${seen} of ${rules.length} rules refused a row`]),
    ...(checks.length === 0 ? [] : [`${evidence.checksBroken.length} of ${checks.length} checks were broken`]),
    ...(evidence.failedAlike === 0
      ? []
      : [`${many(evidence.failedAlike, 'round')} failed on both engines alike, which left out ${many(evidence.rowsLeftOut, 'row')}`]),
  ].join('; ');
}

function realText(evidence: Evidence): string {
  const refused = evidence.refusedCompared === 0 ? '' : ` and ${formatCount(evidence.refusedCompared)} refused ones`;
  const failed = evidence.failedAlike === 0 ? '' : `; ${many(evidence.failedAlike, 'build')} failed on both engines alike`;
  return `${many(evidence.builds, 'partition')}, ${many(evidence.rowsCompared, 'row')}${refused} compared${failed}`;
}

function many(n: number, word: string): string {
  return `${formatCount(n)} ${word}${n === 1 ? '' : 's'}`;
}

const PARTS: Readonly<Record<Finding['part'], string>> = {
  failure: 'one engine fails',
  rows: 'rows',
  refused: 'refused rows',
  checks: 'checks',
  measures: 'measures',
  accounts: 'accounts',
};

function renderFinding(finding: Finding, file: string, color: Color): readonly string[] {
  const columns = finding.columns.length === 0 ? '' : `: ${finding.columns.join(', ')}`;
  const place =
    finding.at.file === undefined ? '' : color.dim(`  ${finding.at.file}${finding.at.line === undefined ? '' : `:${finding.at.line}`}`);
  const lines = [`      ${color.red(`${PARTS[finding.part]}${columns}`)}${place}`, `        ${finding.detail}.`];
  if (finding.on === 'real') return [...lines, `        The rows of the lake that show it are in ${file}.`];
  if (finding.given !== undefined) {
    const given = Object.entries(finding.given).flatMap(([input, rows]) =>
      rows.map((row) => `          ${input}: ${rowText(withValues(row))}`),
    );
    lines.push(`        the smallest input found, on ${finding.date}:`, ...given);
  }
  if (finding.values.length > 0)
    lines.push(
      '        DuckDB makes what is expected here, Spark the other:',
      ...finding.values.flatMap((one) => renderDifference(one, color)),
    );
  return lines;
}

function withValues(row: FixtureRow): FixtureRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

/** The last lines: what is certified. */
export function renderCertificate({ result, datasets, versions }: Certificate, path: string, hasColor: boolean): string {
  const color = paint(hasColor);
  const count = (status: DatasetVerdict['status']) => datasets.filter((dataset) => dataset.status === status).length;
  const parts = [
    ...(count('differs') === 0 ? [] : [color.red(`${count('differs')} differ`)]),
    ...(count('unproven') === 0 ? [] : [color.red(`${count('unproven')} unproven`)]),
    ...(count('one-engine') === 0 ? [] : [`${count('one-engine')} on DuckDB only`]),
    `${count('agrees')} agree`,
  ];
  const engines = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const said = result === 'agree' ? 'The engines agree' : 'The engines are not shown to agree';
  return `\n${said}: of ${datasets.length} datasets ${parts.join(', ')}.\nCertificate: ${path} (${engines}).\n`;
}
