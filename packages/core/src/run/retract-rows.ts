import type { CallContext, ExtractReport } from '../ports/source.ts';
import type { BuildRequest, BuildStage } from '../ports/sql-engine.ts';
import type { ExtractStep } from '../steps/step.ts';
import type { RunPorts } from './run-ports.ts';

/** Adds to what an extraction brought the rows that are no more, as they were. @throws build/*, lake/* */
export async function addRetractions(step: ExtractStep, report: ExtractReport, ports: RunPorts, call: CallContext): Promise<ExtractReport> {
  if (step.retract === undefined) return report;
  const engine = await ports.engine();
  try {
    const { outputs } = await engine.build(withExtracted(step.retract, step, report), call, () => undefined);
    const written = outputs.flatMap(({ partitions }) => partitions);
    return {
      ...report,
      files: [...report.files, ...written.flatMap(({ files }) => files)],
      rows: report.rows + written.reduce((sum, { rows }) => sum + rows, 0),
    };
  } finally {
    // Nothing refers to the list; what cannot be removed now is for `vacuum`.
    await ports.store.delete((report.keys ?? []).map(({ key }) => key)).catch(() => undefined);
  }
}

function withExtracted(
  request: BuildRequest,
  { dataset, request: { changelog }, commit }: ExtractStep,
  report: ExtractReport,
): BuildRequest {
  const columns = commit.columns.filter(({ name }) => changelog?.key.includes(name));
  const input = (relation: string, files: ExtractReport['files']): BuildStage => ({
    kind: 'input',
    input: { relation, dataset, columns, files: files.map(({ key }) => key) },
  });
  return { ...request, stages: [input('_window', report.files), input('_keys', report.keys ?? []), ...request.stages] };
}
