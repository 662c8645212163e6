import { statfs } from 'node:fs/promises';
import { objectKey, toSnowmeltError } from '@snowmelt/core/ports';
import type { CommandAction } from '../arguments/command.ts';
import { openProject, type Project } from '../compose/open-project.ts';
import { formatBytes } from '../render/figures.ts';
import { paint } from '../render/paint.ts';

interface Finding {
  readonly what: string;
  readonly isGood: boolean;
  readonly detail: string;
}

/** Checks everything a run needs, and says of each thing whether it is there. */
export const doctor: CommandAction = async (invocation) => {
  const { terminal, values } = invocation;
  const findings: Finding[] = [{ what: 'Node.js', isGood: isNodeNewEnough(), detail: process.version }];
  let project: Project | undefined;
  try {
    project = await openProject(invocation);
    const { datasets } = project.graph;
    findings.push({ what: 'project', isGood: true, detail: `${datasets.length} datasets compile` });
    findings.push(await examine('DuckDB', () => engineVersion(project as Project)));
    findings.push(await examine('lake', () => tryLake(project as Project)));
    findings.push(await examine('source', async () => (await (project as Project).openSource()).ping(AbortSignal.timeout(30_000))));
  } catch (error) {
    findings.push(failure('project', error));
  } finally {
    project?.close();
  }
  const color = paint(terminal.hasColor);
  for (const { what, isGood, detail } of findings) {
    if (values['json'] === true) terminal.out(`${JSON.stringify({ code: 'doctor/finding', what, isGood, detail })}\n`);
    else terminal.out(`${isGood ? color.green('✓') : color.red('✗')} ${what.padEnd(8)} ${detail}\n`);
  }
  return findings.every(({ isGood }) => isGood) ? 0 : 1;
};

function isNodeNewEnough(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

async function examine(what: string, act: () => Promise<string>): Promise<Finding> {
  try {
    return { what, isGood: true, detail: await act() };
  } catch (error) {
    return failure(what, error);
  }
}

function failure(what: string, error: unknown): Finding {
  const { code, message, hint } = toSnowmeltError(error);
  return { what, isGood: false, detail: `${code}: ${message}${hint === undefined ? '' : ` ${hint}`}` };
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
