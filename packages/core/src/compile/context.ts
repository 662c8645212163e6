import type { DeclarationFile } from '../define/declaration-file.ts';
import type { Pipeline } from '../define/pipeline-schema.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { ProjectFiles } from '../ports/project-files.ts';
import type { SqlBinder } from '../ports/sql-binder.ts';
import type { Translator } from '../sql/translator.ts';
import type { GraphDataset } from './graph.ts';

/** What compiling one dataset may use. `compiled` holds the datasets that come before it. */
export interface CompileContext {
  readonly declaration: DeclarationFile;
  readonly files: ProjectFiles;
  readonly translator: Translator;
  readonly binder: SqlBinder;
  /** Where the secrets are by which personal data is protected. */
  readonly keys: Pipeline['keys'];
  readonly compiled: ReadonlyMap<DatasetName, GraphDataset>;
}
