import type { CommandSpec, OptionSpec } from './command.ts';

/** Options that every command understands. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'project', value: 'DIR', help: 'folder with snowmelt.config.ts (default: this folder)' },
  { name: 'lake', value: 'DIR', help: 'folder of the lake (default: PROJECT/lake)' },
  { name: 'memory', value: 'SIZE', help: 'what the engine may use, e.g. 2GB (default: 2GB)' },
  { name: 'json', help: 'print JSON instead of text; one object a line' },
  { name: 'quiet', short: 'q', help: 'print results and errors only' },
  { name: 'help', short: 'h', help: 'print this help' },
];

const DATE: OptionSpec = { name: 'date', value: 'YYYY-MM-DD', help: 'logical date, in UTC (default: yesterday, the last whole day)' };
const CONCURRENCY: OptionSpec = { name: 'concurrency', value: 'N', help: 'steps at the same time (default: 2)' };
const RETRIES: OptionSpec = { name: 'retries', value: 'N', help: 'further attempts where an error says that it is safe (default: 2)' };

const SELECT: readonly OptionSpec[] = [
  { name: 'select', short: 's', value: 'DATASETS', isMany: true, help: 'only these, e.g. "+fact_orders gold.*", state:modified' },
  { name: 'exclude', value: 'DATASETS', isMany: true, help: 'all but these' },
];
const ENGINE: readonly OptionSpec[] = [
  { name: 'engine', value: 'ENGINE', help: 'what builds run on: duckdb, spark, or auto, by the size of the input (default: duckdb)' },
  {
    name: 'spark-from',
    value: 'SIZE',
    help: "with --engine auto: the size of a build's input from which it goes to Spark (default: 10GB)",
  },
];
const FULL_REFRESH: OptionSpec = {
  name: 'full-refresh',
  help: 'make everything that is selected again from its inputs; bronze only if --select names it',
};

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    arguments: '[DIR]',
    summary: 'write a small pipeline to start from',
    takes: [0, 1],
    options: [],
    load: async () => (await import('../commands/init.ts')).init,
  },
  {
    name: 'check',
    summary: 'compile the project: names, types, SQL, lineage; touches no data',
    takes: [0, 0],
    options: [{ name: 'source', help: 'also hold every extract against what the source says of its columns; reads no row' }, ...SELECT],
    load: async () => (await import('../commands/check.ts')).check,
  },
  {
    name: 'plan',
    summary: 'say what a run would do, and why; touches nothing',
    details:
      'Says of every partition how it stands. With --json the whole plan is printed: every step with its finished SQL and exact files.',
    takes: [0, 0],
    options: [DATE, ...SELECT, FULL_REFRESH, ...ENGINE],
    load: async () => (await import('../commands/plan.ts')).plan,
  },
  {
    name: 'run',
    summary: 'bring the lake up to date for one logical date',
    details: 'Builds only what is missing or stale. Ctrl-C stops cleanly; the next run goes on.',
    takes: [0, 0],
    options: [DATE, ...SELECT, FULL_REFRESH, ...ENGINE, CONCURRENCY, RETRIES],
    load: async () => (await import('../commands/run.ts')).run,
  },
  {
    name: 'retry',
    arguments: '[RUN]',
    summary: 'continue the last run if it failed or was stopped, or a run by its id',
    details: 'For the same logical date and the same selection; what the run has published is not done again.',
    takes: [0, 1],
    options: [...ENGINE, CONCURRENCY, RETRIES],
    load: async () => (await import('../commands/retry.ts')).retry,
  },
  {
    name: 'backfill',
    summary: 'run every logical date of a range, in order',
    details:
      'Days that were extracted before are left as they are, unless --refetch asks for them again. That moves no watermark: the next run begins where it would have.',
    takes: [0, 0],
    options: [
      { name: 'from', value: 'YYYY-MM-DD', help: 'first logical date' },
      { name: 'to', value: 'YYYY-MM-DD', help: 'last logical date (default: yesterday)' },
      { name: 'refetch', help: 'read days again that were extracted before' },
      ...SELECT,
      FULL_REFRESH,
      ...ENGINE,
      CONCURRENCY,
      RETRIES,
    ],
    load: async () => (await import('../commands/backfill.ts')).backfill,
  },
  {
    name: 'test',
    summary: 'run the unit tests of rules and models in tests/; needs no source and no lake',
    details: 'Tests are YAML, JSON or TypeScript: given rows per input, expected rows, expected refusals.',
    takes: [0, 0],
    options: [
      { name: 'select', value: 'NAME', help: 'only tests whose name, dataset or file is NAME; * stands for any characters' },
      { name: 'engine', value: 'ENGINE', help: 'duckdb or spark (default: duckdb)' },
      { name: 'junit', value: 'FILE', help: 'also write the results as JUnit XML' },
      { name: 'record', value: 'DATASET', help: 'write a test from rows of the lake instead of running any' },
      { name: 'date', value: 'YYYY-MM-DD', help: 'with --record: the partition to take rows from (default: the last)' },
      { name: 'rows', value: 'N', help: 'with --record: rows of each input at most (default: 5)' },
      { name: 'unmasked', help: 'with --record: write personal values as they are' },
    ],
    load: async () => (await import('../commands/test.ts')).test,
  },
  {
    name: 'verify',
    summary: 'prove that DuckDB and Spark make the same rows of the same input; changes nothing in the lake',
    details:
      'Builds every model, rule and check on both engines: from generated rows that aim at the edges of types, and from the published rows of the lake. Differences are shrunk to the smallest input that shows them. Writes a certificate to .snowmelt/verify/certificate.json. Needs `snowmelt spark setup`.',
    takes: [0, 0],
    options: [
      ...SELECT,
      { name: 'generated', help: 'only generated rows' },
      { name: 'real', help: 'only the rows of the lake' },
      { name: 'seed', value: 'N', help: 'of the generated rows and of samples (default: 1)' },
      { name: 'rounds', value: 'N', help: 'rounds of generated rows for each dataset (default: 4)' },
      { name: 'rows', value: 'N', help: 'generated rows of each input and round (default: 200)' },
      { name: 'sample', value: 'N', help: 'days of event tables of the lake at most (default: all)' },
      { name: 'snapshots', value: 'N', help: 'as of how many of its days a snapshot of the lake is built (default: 3)' },
      { name: 'tries', value: 'N', help: 'builds that may be spent on shrinking a difference (default: 60)' },
      { name: 'out', value: 'FILE', help: 'also write the certificate to a file' },
      { name: 'check', help: 'verify nothing; say whether the certificate vouches for the project as it is now' },
    ],
    load: async () => (await import('../commands/verify.ts')).verify,
  },
  {
    name: 'status',
    summary: 'show the tables, the last runs and when the next is due',
    takes: [0, 0],
    options: [],
    load: async () => (await import('../commands/status.ts')).status,
  },
  {
    name: 'query',
    arguments: '"SQL"',
    summary: 'query published tables by name, e.g. gold.sales_summary (DuckDB SQL)',
    details: 'Refused rows are tables too: silver.NAME__quarantine.',
    takes: [1, 1],
    options: [
      { name: 'limit', value: 'N', help: 'rows to print at most (default: 100; 0: all)' },
      { name: 'as-of', value: 'WHEN', help: 'tables as they were: a time (UTC), for all of them; or DATASET@VERSION,…, for these' },
    ],
    load: async () => (await import('../commands/query.ts')).query,
  },
  {
    name: 'show',
    arguments: 'DATASET',
    summary: 'show one dataset: columns, lineage, checks, partitions, files',
    takes: [1, 1],
    options: [],
    load: async () => (await import('../commands/show.ts')).show,
  },
  {
    name: 'lineage',
    arguments: '[DATASET[.COLUMN]]',
    summary: 'show where a column or dataset comes from and what is made of it',
    details:
      'Up to the tables of the source and down to gold; each line says how a value is used and where that is written. A column of the source, e.g. SHOP.PUBLIC.ORDERS.QUANTITY, can be named too. Without a name: all datasets. Nothing is read but the compiled project.',
    takes: [0, 1],
    options: [
      { name: 'up', help: 'only what it comes from' },
      { name: 'down', help: 'only what is made of it' },
      { name: 'format', value: 'FORMAT', help: 'text, mermaid or dot (default: text)' },
    ],
    load: async () => (await import('../commands/lineage.ts')).lineage,
  },
  {
    name: 'history',
    arguments: 'DATASET',
    summary: 'list the versions of one dataset',
    takes: [1, 1],
    options: [{ name: 'limit', value: 'N', help: 'versions to list at most (default: 20; 0: all)' }],
    load: async () => (await import('../commands/history.ts')).history,
  },
  {
    name: 'diff',
    arguments: 'DATASET FROM TO',
    summary: 'count the rows that two versions of a dataset differ in: added, removed, changed',
    details: 'Rows are told apart by the key of the dataset; without one, or where it is not unique, whole rows are compared.',
    takes: [3, 3],
    options: [{ name: 'rows', value: 'N', help: 'also print up to N rows of each kind, with their values' }],
    load: async () => (await import('../commands/diff.ts')).diff,
  },
  {
    name: 'rollback',
    arguments: 'DATASET VERSION',
    summary: 'publish an earlier version of a dataset as its newest',
    details: 'The history stays as it is. Of an extract, the watermark goes back with the rows: what came after them is read again.',
    takes: [2, 2],
    options: [],
    load: async () => (await import('../commands/rollback.ts')).rollback,
  },
  {
    name: 'checks',
    arguments: '[backtest] [DATASET]',
    summary: 'show what the checks said last, or would have said of all published partitions',
    details:
      'All results are a table: snowmelt query "select * from quality.check_results". With backtest, checks of figures (rowCount, aggregate, anomaly) are tried on the partitions there are, each by those before it; nothing is changed.',
    takes: [0, 2],
    options: [{ name: 'sensitivity', value: 'N', help: 'with backtest: try this in place of what anomaly checks declare' }],
    load: async () => (await import('../commands/checks.ts')).checks,
  },
  {
    name: 'quarantine',
    arguments: 'ls|show|replay|to-test [DATASET]',
    summary: 'refused rows: list the reasons, show the rows, judge them again after a fix, make a test of one',
    details: [
      'ls [--dataset D] [--from --to] [--reason R]: how many rows each reason refuses, by partition.',
      'show DATASET [--date] [--reason R] [--limit N]: the rows as they came, on this terminal.',
      'replay DATASET [--from --to]: recompute the partitions with refused rows under the present rules; tells what was released.',
      'to-test DATASET [--reason R] [--date] [--row N] [--out FILE] [--unmasked]: a unit test of one refused row.',
      'A reason is `column: rule`, or one of the two.',
    ].join('\n'),
    takes: [1, 2],
    options: [
      { name: 'dataset', value: 'DATASET', help: 'of ls: only this one' },
      { name: 'date', value: 'YYYY-MM-DD', help: 'of show and to-test: one partition' },
      { name: 'from', value: 'YYYY-MM-DD', help: 'of ls and replay: first partition' },
      { name: 'to', value: 'YYYY-MM-DD', help: 'of ls and replay: last partition' },
      { name: 'reason', value: 'REASON', help: 'only rows with this reason' },
      { name: 'limit', value: 'N', help: 'of show: rows to print at most (default: 20; 0: all)' },
      { name: 'row', value: 'N', help: 'of to-test: which of the rows that `show` prints (default: 1)' },
      { name: 'out', value: 'FILE', help: 'of to-test: where to write (default: a new file in tests/)' },
      { name: 'unmasked', help: 'of to-test: write personal values as they are' },
    ],
    load: async () => (await import('../commands/quarantine.ts')).quarantine,
  },
  {
    name: 'reconcile',
    arguments: '[DATASET]',
    summary: 'compare published bronze tables with their source again; changes nothing',
    details:
      'Without dates: the last published day. The files are held against what was recorded when they were committed, and against the source: as it was then where it can still show that, else as it is now.',
    takes: [0, 1],
    options: [
      { name: 'date', value: 'YYYY-MM-DD', help: 'one logical date' },
      { name: 'from', value: 'YYYY-MM-DD', help: 'first logical date of a range' },
      { name: 'to', value: 'YYYY-MM-DD', help: 'last logical date of a range (default: the last published)' },
    ],
    load: async () => (await import('../commands/reconcile.ts')).reconcile,
  },
  {
    name: 'compact',
    arguments: '[DATASET]',
    summary: 'put small files of a partition together; changes no row, makes nothing stale',
    details: 'The old files stay for the retention, and for whoever reads them; `vacuum` removes them after that.',
    takes: [0, 1],
    options: [
      { name: 'small', value: 'SIZE', help: 'files below this size are small (default: 32MB)' },
      { name: 'target', value: 'SIZE', help: 'about how large new files become (default: 128MB)' },
      { name: 'min-files', value: 'N', help: 'leave partitions with fewer small files alone (default: 4)' },
    ],
    load: async () => (await import('../commands/compact.ts')).compact,
  },
  {
    name: 'vacuum',
    summary: 'remove files that no version within the retention refers to',
    takes: [0, 0],
    options: [{ name: 'dry-run', help: 'only say what would be removed' }],
    load: async () => (await import('../commands/vacuum.ts')).vacuum,
  },
  {
    name: 'spark',
    arguments: 'setup|status',
    summary: 'install Spark for this user, or say whether it can be used',
    details:
      'setup makes a private Python environment with the pinned PySpark from PyPI, once for all projects of this user; it needs Python 3.9 to 3.12. Java 17 must be there.',
    takes: [1, 1],
    options: [],
    load: async () => (await import('../commands/spark.ts')).spark,
  },
  {
    name: 'doctor',
    summary: 'check this machine, the project, the lake and the source',
    details: 'Of Snowflake: account, role, warehouse, stage, integration, and every table. Findings come with the SQL that mends them.',
    takes: [0, 0],
    options: [
      { name: 'setup', value: 'PART', help: 'only print what Snowflake needs: sql, or the policies of the AWS role: trust, permissions' },
    ],
    load: async () => (await import('../commands/doctor.ts')).doctor,
  },
];
