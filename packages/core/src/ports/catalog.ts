import type { DatasetName } from '../layout/dataset-name.ts';
import type { LogicalDate } from '../layout/logical-date.ts';
import type { Column } from '../sql/column-type.ts';

/** One registered partition: the exact folder that readers of the catalog shall read. */
export interface CatalogPartition {
  readonly day: LogicalDate;
  /** Folders of the lake; empty for a day without rows. */
  readonly locations: readonly string[];
  readonly rows: number;
}

/** A table as the catalog knows it. `version` is the table log's version that was registered last. */
export interface CatalogTable {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly version: number;
}

/** What one commit changes in the catalog. */
export interface CatalogUpdate extends CatalogTable {
  readonly dataset: DatasetName;
  readonly partitions: readonly CatalogPartition[];
  /** True: partitions that are not listed are dropped. */
  readonly replaceAll: boolean;
}

/** Where standard tools look tables up: Glue Data Catalog, or files. Registering is idempotent. Throws `lake/io`. */
export interface Catalog {
  register(update: CatalogUpdate): Promise<void>;
  get(dataset: DatasetName): Promise<CatalogTable | undefined>;
  listPartitions(dataset: DatasetName): Promise<readonly CatalogPartition[]>;
}
