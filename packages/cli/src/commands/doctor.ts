import { statfs } from 'node:fs/promises';
import { objectKey, SnowmeltError, suggest, toSnowmeltError } from '@snowmelt/core/ports';
import type { CommandAction, Invocation } from '../arguments/command.ts';
import { readText } from '../arguments/read-options.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import type { SetupPart, SourceFinding } from '../compose/source-doctor.ts';
import { formatBytes } from '../render/figures.ts';
import { paint } from '../render/paint.ts';

type Finding = SourceFinding;

const PATIENCE_MS = 30_000;

/** Checks everything a run needs, and says of each thing whether it is there; or prints what Snowflake needs. */
export const doctor: CommandAction = async (invocation) => {
  const part = readText(invocation, 'setup');
  if (part !== undefined) return printSetup(part, invocation);
  const findings = await examineAll(invocation);
  report(findings, invocation);
  return findings.every(({ verdict }) => verdict !== 'bad') ? 0 : 1;
};

async function examineAll(invocation: Invocation): Promise<readonly Finding[]> {
  const findings: Finding[] = [{ what: 'Node.js', verdict: isNodeNewEnough() ? 'good' : 'bad', detail: process.version }];
  let project: Project | undefined;
  try {
    project = await openProject(invocation);
    const opened = project;
    findings.push({ what: 'project', verdict: 'good', detail: `${project.graph.datasets.length} datasets compile` });
    findings.push(await examine('DuckDB', () => engineVersion(opened)));
    findings.push(await examine('lake', () => tryLake(opened)));
    findings.push(...(await examineSource(opened)));
  } catch (error) {
    findings.push(failure('project', error));
  } finally {
    project?.close();
  }
  return findings;
}

async function examineSource(project: Project): Promise<readonly Finding[]> {
  const reached = await examine('source', async () => (await project.openSource()).ping(AbortSignal.timeout(PATIENCE_MS)));
  const snowflake = reached.verdict === 'good' ? await project.openDoctor() : undefined;
  if (snowflake === undefined) return [reached];
  return [reached, ...(await snowflake.examine(AbortSignal.timeout(PATIENCE_MS)))];
}

function report(findings: readonly Finding[], { terminal, values }: Invocation): void {
  const color = paint(terminal.hasColor);
  const marks = { good: color.green('✓'), warning: color.yellow('!'), bad: color.red('✗') };
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const { what, verdict, detail, fix = [] } of findings) {
    if (values['json'] === true) {
      terminal.out(
        `${JSON.stringify({ code: 'doctor/finding', what, isGood: verdict !== 'bad', verdict, detail, ...(fix.length === 0 ? {} : { fix }) })}\n`,
      );
    } else {
      terminal.out(`${marks[verdict]} ${what.padEnd(width)} ${detail}\n${fix.map((line) => `    ${line}\n`).join('')}`);
    }
  }
}

const PARTS: readonly SetupPart[] = ['sql', 'trust', 'permissions'];

async function printSetup(text: string, invocation: Invocation): Promise<number> {
  const part = PARTS.find((one) => one === text);
  if (part === undefined) {
    throw new SnowmeltError('cli/usage', { message: `--setup takes ${PARTS.join(', ')}, not \`${text}\`.`, hint: suggest(text, PARTS) });
  }
  const project = await openProject(invocation);
  try {
    const document = await (await project.openDoctor())?.setup(part, AbortSignal.timeout(PATIENCE_MS));
    if (document === undefined) throw nothingToSetUp(part);
    invocation.terminal.out(document);
    if (document.includes('<')) invocation.terminal.err('Fill in what stands in <…>.\n');
    return 0;
  } finally {
    project.close();
  }
}

function nothingToSetUp(part: SetupPart): SnowmeltError {
  return new SnowmeltError('cli/usage', {
    message:
      part === 'sql'
        ? 'The source is not Snowflake, so there is nothing to set up.'
        : 'Nothing is unloaded to a bucket, so there is no role in AWS.',
    hint: part === 'sql' ? 'Run `snowmelt doctor` to check it.' : 'Write `stage: { name, url: "s3://…" }` in `source`.',
  });
}

function isNodeNewEnough(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

async function examine(what: string, act: () => Promise<string>): Promise<Finding> {
  try {
    return { what, verdict: 'good', detail: await act() };
  } catch (error) {
    return failure(what, error);
  }
}

function failure(what: string, error: unknown): Finding {
  const { code, message, hint } = toSnowmeltError(error);
  return { what, verdict: 'bad', detail: `${code}: ${message}${hint === undefined ? '' : ` ${hint}`}` };
}

async function engineVersion(project: Project): Promise<string> {
  const result = await project.query("SELECT version() AS version, current_setting('memory_limit') AS memory", 1);
  for await (const [row] of result.rows) return `${row?.[0]}, memory limit ${row?.[1]}`;
  return 'no answer';
}

async function tryLake(project: Project): Promise<string> {
  const key = objectKey('artifacts/logs/doctor.json');
  await project.store.putIfAbsent(key, new TextEncoder().encode('{}\n'));
  await project.store.delete([key]);
  const { bavail, bsize } = await statfs(project.lakeFolder);
  return `${project.lakeFolder} is writable, ${formatBytes(bavail * bsize)} free`;
}
