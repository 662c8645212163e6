/** Whose fault an error is: decides the exit code (user: 2, otherwise 1) and whom the message addresses. */
export type Blame = 'user' | 'snowmelt' | 'remote';

/** Whether trying again can help: `safe` may be retried as it is, `exhausted` was retried already. */
export type Retry = 'never' | 'safe' | 'exhausted';

interface CatalogueEntry {
  readonly blame: Blame;
  readonly retry: Retry;
  /** One sentence for the reference page: when this error is raised. */
  readonly meaning: string;
}

const entry = (blame: Blame, retry: Retry, meaning: string): CatalogueEntry => ({ blame, retry, meaning });

/** Every error Snowmelt can raise. A code is permanent; `docs/errors.md` is generated from this table. */
export const ERROR_CATALOGUE = {
  'config/not-found': entry('user', 'never', 'The project folder holds no `snowmelt.config.ts`.'),
  'config/load-failed': entry('user', 'never', 'The configuration file does not compile or throws while it loads.'),
  'config/no-pipeline': entry('user', 'never', 'The configuration file does not export a pipeline as its default.'),
  'config/unknown-key': entry('user', 'never', 'A key of the declaration is not one that Snowmelt knows.'),
  'config/invalid': entry('user', 'never', 'A value of the declaration does not have the required form.'),
  'compile/file-not-found': entry('user', 'never', 'A SQL file named by the declaration does not exist.'),
  'compile/syntax': entry('user', 'never', 'A SQL model does not parse as Snowflake SQL.'),
  'compile/not-a-query': entry('user', 'never', 'A SQL model is not exactly one SELECT statement.'),
  'compile/unknown-table': entry('user', 'never', 'A model reads a table that the pipeline does not declare.'),
  'compile/layer-order': entry('user', 'never', 'A dataset reads a layer that it may not read.'),
  'compile/cycle': entry('user', 'never', 'Datasets read each other in a circle.'),
  'compile/unknown-column': entry('user', 'never', 'A model, rule or check names a column that its input does not have.'),
  'compile/type-error': entry('user', 'never', 'An expression does not fit the types of its inputs.'),
  'compile/unsupported-type': entry('user', 'never', 'A column has a type that the lake cannot store.'),
  'compile/not-deterministic': entry('user', 'never', 'A model asks for the current time or for randomness.'),
  'compile/not-by-key': entry('user', 'never', 'A keyed model has rows that depend on more than the input rows of their key.'),
  'compile/unsupported-sql': entry('user', 'never', 'A model uses SQL that cannot be translated faithfully.'),
  'source/unreachable': entry('remote', 'safe', 'The source did not answer.'),
  'source/not-found': entry('user', 'never', 'A folder, file, database or table that is to be read is not there.'),
  'source/locked': entry('remote', 'safe', 'Another process has the source open for writing.'),
  'source/unreadable': entry('user', 'never', 'A file is not what its ending says, or is broken.'),
  'source/changed': entry('remote', 'safe', 'Files changed while they were read.'),
  'source/authentication': entry('user', 'never', 'The source refused the credentials.'),
  'source/statement-failed': entry('remote', 'never', 'The source refused or could not finish a statement.'),
  'source/protocol': entry('remote', 'safe', 'The source answered with something that is not its protocol.'),
  'source/throttled': entry('remote', 'safe', 'The source asked to slow down.'),
  'source/column-missing': entry('user', 'never', 'The source table lacks a declared column.'),
  'source/type-mismatch': entry('user', 'never', 'A source column has another type than declared.'),
  'source/value-does-not-fit': entry('user', 'never', 'A value of the source does not fit the declared type.'),
  'source/rows-differ': entry('remote', 'safe', 'Fewer or more rows arrived than the source announced.'),
  'source/reconcile-differs': entry('snowmelt', 'safe', 'The rows that arrived are not the rows of the source.'),
  'source/too-many-rows': entry('user', 'never', 'A result is larger than the declared transport reads.'),
  'source/landed-files-differ': entry('remote', 'safe', 'The files that the source unloaded are not what it reported.'),
  'source/null-watermark': entry('user', 'never', 'Rows without a watermark would be lost by an incremental read.'),
  'source/null-key': entry('user', 'never', 'A row has no value in a column of its key, so nothing could say that it was deleted.'),
  'source/history-unavailable': entry(
    'user',
    'never',
    'The source no longer knows how a table was, or what changed, at the time that is asked for.',
  ),
  'source/unsupported-watermark': entry('user', 'never', 'The watermark column is of a type that cannot order rows.'),
  'secret/not-found': entry('user', 'never', 'A secret that the declaration refers to is not set.'),
  'secret/weak-key': entry('user', 'never', 'A key that is to protect personal data is too short.'),
  'secret/key-changed': entry('user', 'never', 'A key for personal data is another one than the lake was built with.'),
  'lake/commit-conflict': entry('snowmelt', 'safe', 'Another run committed to the same table first.'),
  'lake/corrupt-log': entry('snowmelt', 'never', 'A table log entry is missing or unreadable.'),
  'lake/disk-full': entry('user', 'never', 'There is no room left for the lake or for temporary files.'),
  'lake/io': entry('remote', 'safe', 'The lake could not be read or written.'),
  'lake/unknown-version': entry('user', 'never', 'A command names a version or an instant that a table does not have.'),
  'lake/version-expired': entry('user', 'never', 'A version is asked for of which vacuum has removed files.'),
  'lake/unknown-dataset': entry('user', 'never', 'A command names a dataset that the pipeline does not declare.'),
  'lake/unknown-column': entry('user', 'never', 'A command names a column that its dataset does not have.'),
  'build/failed': entry('snowmelt', 'never', 'The engine could not execute a step.'),
  'build/out-of-memory': entry('user', 'never', 'A step needs more memory than the engine may use.'),
  'build/row-outside-partition': entry('user', 'never', 'An event model produced rows for a day that it was not asked for.'),
  'build/value-does-not-fit': entry('user', 'never', 'A value does not fit a declared type and the rule says to stop.'),
  'build/not-on-spark': entry('user', 'never', 'A step needs a type that Spark does not have.'),
  'spark/not-installed': entry('user', 'never', 'Java 17 or the Python environment that Spark needs is not on this machine.'),
  'spark/setup-failed': entry('remote', 'safe', 'The Python environment for Spark could not be made.'),
  'spark/not-started': entry('user', 'never', 'The Spark process ended before it was ready.'),
  'spark/ended': entry('remote', 'safe', 'The Spark process ended while it executed a step.'),
  'quality/check-failed': entry('user', 'never', 'A check of severity error failed, so nothing was published.'),
  'quality/quarantine-budget': entry('user', 'never', 'More rows were refused than the quarantine budget allows.'),
  'lineage/unreachable': entry('remote', 'safe', 'The collector of lineage events did not answer, or is in trouble.'),
  'lineage/refused': entry('remote', 'never', 'The collector of lineage events does not accept them.'),
  'query/failed': entry('user', 'never', 'A query over published tables failed.'),
  'test/invalid': entry('user', 'never', 'A unit test is not written as one, or its rows do not fit the pipeline.'),
  'evolution/refused': entry('user', 'never', 'The columns of a dataset changed in a way that its `evolution` does not allow.'),
  'evolution/protected-column': entry('user', 'never', 'A change breaks the contract of a gold dataset, whose version is still the same.'),
  'run/interrupted': entry('user', 'safe', 'The run was stopped by a signal.'),
  'run/input-not-ready': entry('user', 'never', 'A selected dataset reads one that is not selected and not in the lake as declared.'),
  'run/not-found': entry('user', 'never', 'A command names a run of which there is no record.'),
  'run/invalid-selection': entry('user', 'never', 'A selection of datasets is not written as Snowmelt reads it.'),
  'cli/usage': entry('user', 'never', 'The command line is not one that Snowmelt understands.'),
  'cli/exists': entry('user', 'never', '`init` would overwrite a file that exists.'),
  'internal/unexpected': entry('snowmelt', 'never', 'Something failed that should not be able to; please report it.'),
} as const satisfies Record<string, CatalogueEntry>;

/** The permanent name of an error. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;
