import type { GraphDataset } from '../compile/graph.ts';
import type { TableState } from '../lake/commit.ts';
import type { DayFigures } from '../ports/measure.ts';
import type { CallContext } from '../ports/source.ts';
import type { BuildStage, SqlEngine } from '../ports/sql-engine.ts';
import { type Backtest, backtestCheck, type FigureCheck, figureChecks } from '../quality/backtest.ts';
import { type DatedFigure, publishedFigure, writtenFigure } from '../quality/figure-history.ts';
import { forBoth } from '../sql/render.ts';

/** What a back-test works with. `engine` is opened only where what is recorded does not tell. */
export interface BacktestContext {
  readonly state: TableState;
  readonly engine: () => Promise<SqlEngine>;
  readonly call: CallContext;
  /** Tried in place of what the anomaly checks declare. */
  readonly sensitivity?: number;
}

/** Tells how the checks of a dataset's figures would have gone on all its published partitions, as these are now. */
export async function backtestDataset(dataset: GraphDataset, context: BacktestContext): Promise<readonly Backtest[]> {
  const checks = figureChecks(dataset.checks).map((check) => withSensitivity(check, context.sensitivity));
  if (dataset.layer === 'bronze' || checks.length === 0 || context.state.version === 0) return [];
  const measured = await measurePublished(dataset, checks, context);
  return checks.map((check) => backtestCheck(check, figuresOf(check, context.state, measured)));
}

function withSensitivity(check: FigureCheck, sensitivity: number | undefined): FigureCheck {
  const { anomaly } = check.expects;
  if (sensitivity === undefined || anomaly === undefined) return check;
  return { ...check, expects: { ...check.expects, anomaly: { ...anomaly, sensitivity } } };
}

function figuresOf({ expects: { figure } }: FigureCheck, state: TableState, measured: readonly DayFigures[]): readonly DatedFigure[] {
  return [...state.partitions].flatMap(([day, entry]) => {
    const value = publishedFigure(figure, entry) ?? writtenFigure(figure, { day, rows: entry.rows, files: entry.files }, measured);
    return value === null || Number.isNaN(value) ? [] : [{ day, value }];
  });
}

// One scan for all figures that neither commits nor footers know of every partition.
async function measurePublished(
  dataset: Exclude<GraphDataset, { layer: 'bronze' }>,
  checks: readonly FigureCheck[],
  { state, engine, call }: BacktestContext,
): Promise<readonly DayFigures[]> {
  const entries = [...state.partitions.values()];
  const unknown = new Set(
    checks
      .map(({ expects }) => expects.figure)
      .filter((figure) => entries.some((entry) => publishedFigure(figure, entry) === undefined))
      .map(({ measure }) => measure),
  );
  const measures = (dataset.measurement?.measures ?? []).filter(({ id }) => unknown.has(id));
  if (measures.length === 0) return [];
  const request = {
    dataset: dataset.name,
    stages: publishedRows(dataset, state),
    outputs: [],
    checks: [],
    measurement: { byDay: true, measures },
  };
  return (await (await engine()).build(request, call, () => undefined)).measured ?? [];
}

// A row of a snapshot is of the day that its file's folder begins with (`attemptName`).
function publishedRows({ name, partitioning }: Exclude<GraphDataset, { layer: 'bronze' }>, state: TableState): readonly BuildStage[] {
  const files = [...state.partitions.values()].flatMap((entry) => entry.files.map(({ key }) => key));
  const input = { relation: '_published', dataset: name, columns: state.columns, files, batchColumn: true } as const;
  const sql = forBoth((words) => {
    const day = partitioning.kind === 'event' ? words.name(partitioning.eventTime) : 'substr(_batch, 1, 10)';
    return `SELECT *, CAST(${day} AS DATE) AS _day FROM _published WHERE ${day} IS NOT NULL`;
  });
  return [
    { kind: 'input', input },
    { kind: 'view', name: '_rows', sql },
  ];
}
