import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import {
  type Certificate,
  checkCertificate,
  type DatasetVerdict,
  makeCertificate,
  type VerifySettings,
  verifyDataset,
} from '@snowmelt/core/pipeline';
import { SnowmeltError } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readNumber, readText } from '../arguments/read-options.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { renderCertificate, renderVerdict } from '../render/render-verify.ts';
import { readScope } from './scope.ts';

/** Compares what DuckDB and Spark make of the same rows, or says whether that was done for the project as it is. */
export const verify: CommandAction = async (invocation) => {
  const project = await openProject(invocation);
  try {
    return invocation.values['check'] === true ? await checkExisting(project, invocation) : await verifyProject(project, invocation);
  } finally {
    project.close();
  }
};

async function verifyProject(project: Project, invocation: Invocation): Promise<number> {
  const { terminal, values } = invocation;
  const settings = readSettings(invocation);
  const { only } = await readScope(invocation, project);
  const stop = new AbortController();
  const release = terminal.onInterrupt(() => stop.abort());
  const benches = await project.openVerify(stop.signal);
  const verdicts: DatasetVerdict[] = [];
  try {
    let trials = 0;
    for (const dataset of project.graph.datasets) {
      if (dataset.layer === 'bronze' || only?.has(dataset.name) === false) continue;
      const verdict = await verifyDataset(project.graph, dataset, settings, benches, () => (trials += 1));
      verdicts.push(verdict);
      await tell(verdict, project, invocation);
    }
  } finally {
    await benches.close();
    release();
  }
  const certificate = makeCertificate(project.graph, verdicts, settings, benches.versions, project.clock.now());
  const path = await writeCertificate(certificate, project, invocation);
  if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'verify/done', file: path, ...certificate })}\n`);
  else if (values['quiet'] !== true) terminal.out(renderCertificate(certificate, path, terminal.hasColor));
  return certificate.result === 'agree' ? 0 : 1;
}

function readSettings(invocation: Invocation): VerifySettings {
  const { values } = invocation;
  if (values['generated'] === true && values['real'] === true)
    throw new SnowmeltError('cli/usage', {
      message: '--generated and --real exclude each other.',
      hint: 'Without either, both are verified.',
    });
  return {
    isGenerated: values['real'] !== true,
    isReal: values['generated'] !== true,
    seed: readNumber(invocation, 'seed', 1, 0),
    rounds: readNumber(invocation, 'rounds', 4, 1),
    rows: readNumber(invocation, 'rows', 200, 1),
    tries: readNumber(invocation, 'tries', 60, 1),
    snapshots: readNumber(invocation, 'snapshots', 3, 1),
    ...(readText(invocation, 'sample') === undefined ? {} : { sample: readNumber(invocation, 'sample', 1, 1) }),
  };
}

// Rows of the lake are shown to nobody: they are written to a file of this machine.
async function tell(verdict: DatasetVerdict, project: Project, { terminal, values }: Invocation): Promise<void> {
  const real = verdict.findings.filter(({ on }) => on === 'real');
  const file = join(project.folder, '.snowmelt', 'verify', `${verdict.dataset}.json`);
  if (real.length > 0) await write(file, real);
  const shown = relative(terminal.cwd, file);
  if (values['json'] === true) {
    const findings = verdict.findings.map((one) =>
      one.on === 'real' ? { ...one, given: undefined, values: undefined, file: shown } : one,
    );
    terminal.out(`${JSON.stringify({ code: 'verify/dataset', ...verdict, findings })}\n`);
  } else if (values['quiet'] !== true || verdict.status !== 'agrees') terminal.out(renderVerdict(verdict, shown, terminal.hasColor));
}

function certificatePath(project: Project): string {
  return join(project.folder, '.snowmelt', 'verify', 'certificate.json');
}

async function writeCertificate(certificate: Certificate, project: Project, invocation: Invocation): Promise<string> {
  const { cwd } = invocation.terminal;
  const out = readText(invocation, 'out');
  const own = certificatePath(project);
  for (const path of [own, ...(out === undefined ? [] : [resolve(cwd, out)])]) await write(path, certificate);
  return out ?? relative(cwd, own);
}

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
}

async function checkExisting(project: Project, { terminal, values }: Invocation): Promise<number> {
  const path = certificatePath(project);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const shown = relative(terminal.cwd, path);
  const problems = text === undefined ? [`There is no certificate at ${shown}: run snowmelt verify.`] : await problemsOf(text, project);
  if (values['json'] === true)
    terminal.out(`${JSON.stringify({ code: 'verify/checked', file: shown, isValid: problems.length === 0, problems })}\n`);
  else if (problems.length > 0)
    terminal.out(`The certificate does not vouch for this project.\n${problems.map((one) => `  - ${one}\n`).join('')}`);
  else if (values['quiet'] !== true) terminal.out(`The certificate ${shown} vouches for this project.\n`);
  return problems.length === 0 ? 0 : 1;
}

async function problemsOf(text: string, project: Project): Promise<readonly string[]> {
  let certificate: Certificate;
  try {
    certificate = JSON.parse(text) as Certificate;
  } catch {
    return ['It cannot be read: run snowmelt verify again.'];
  }
  return await checkCertificate(certificate, project.graph, await project.versions());
}
