import { readJsonLines, snowmelt } from './command.ts';

/** What the summary is about. */
export interface SummaryInput {
  readonly lake: string;
  readonly project: string;
  readonly days: number;
  readonly built: number;
  readonly seconds: string;
  readonly from: string;
  /** The demo's own arguments. */
  readonly again: readonly string[];
}

const LAYERS = [
  ['extracted', 'bronze'],
  ['cleaned', 'silver'],
  ['built', 'gold'],
] as const;

/** What was extracted, cleaned, refused and built, where it lies, and what to try next. */
export async function summarise(input: SummaryInput): Promise<string> {
  const ask = async (argv: readonly string[]) => {
    const result = await snowmelt([...argv, '--project', input.project, '--lake', input.lake, '--json'], () => () => undefined);
    if (result.exitCode !== 0) throw new Error(result.err);
    return readJsonLines(result.out);
  };
  const [status] = await ask(['status']);
  const tables = (status?.['tables'] ?? []) as readonly { readonly dataset: string; readonly rows: number; readonly days: number }[];
  const refused = await ask(['query', REFUSED_BY_REASON, '--limit', '0']);
  const best = await ask(['query', BEST_COUNTRIES]);
  const head =
    input.built === 0
      ? `Nothing to do: all ${input.days} days of ${input.from} are current (${input.seconds} s).`
      : `${input.built} of ${input.days} days of ${input.from} taken from a stand-in Snowflake to gold in ${input.seconds} s.`;
  const lines = LAYERS.flatMap(([verb, layer]) =>
    tables
      .filter(({ dataset }) => dataset.startsWith(`${layer}.`))
      .map((table, index) => `  ${(index === 0 ? verb : '').padEnd(10)} ${table.dataset.padEnd(26)} ${count(table.rows).padStart(9)} rows`),
  );
  const reasons = refused.map(
    (row, index) =>
      `  ${(index === 0 ? 'refused' : '').padEnd(10)} ${String(row['reason']).padEnd(26)} ${count(Number(row['n'])).padStart(9)} rows of ${row['dataset']}`,
  );
  const sales = best.map(
    (row) =>
      `  ${String(row['country']).padEnd(20)} ${Number(row['net_sales']).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).padStart(14)}`,
  );
  return `${[head, '', ...lines, ...reasons, '', 'Net sales of the best countries (gold.sales_summary):', ...sales, '', ...nextSteps(input)].join('\n')}\n`;
}

const REFUSED_BY_REASON = `
  SELECT dataset, reason, count(*) AS n FROM (
    SELECT 'silver.fact_orders' AS dataset, _reasons AS reason FROM silver.fact_orders__quarantine
    UNION ALL SELECT 'silver.dim_products', _reasons FROM silver.dim_products__quarantine
    UNION ALL SELECT 'silver.dim_customers', _reasons FROM silver.dim_customers__quarantine
  ) GROUP BY ALL ORDER BY n DESC, dataset, reason`;

const BEST_COUNTRIES =
  'SELECT country, sum(net_sales) AS net_sales FROM gold.sales_summary GROUP BY country ORDER BY net_sales DESC, country LIMIT 5';

function nextSteps({ project, lake, again }: SummaryInput): string[] {
  const demo = ['npm run demo', ...(again.length === 0 ? [] : ['--', ...again.map(quote)])].join(' ');
  const common = `--project ${quote(project)} --lake ${quote(lake)}`;
  return [
    `The lake is plain Parquet in ${lake}. Try next:`,
    `  npx snowmelt status ${common}`,
    `  npx snowmelt show gold.customer_analytics ${common}`,
    `  npx snowmelt query "select segment, count(*) from gold.customer_analytics group by all" ${common}`,
    `  npx snowmelt query "from silver.fact_orders__quarantine limit 5" ${common}`,
    `  ${demo}   (again: nothing is to do)`,
  ];
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
