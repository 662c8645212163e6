import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BESIDE_THE_REPOSITORY = new URL('../../../../shared/data/online-retail/online_retail.parquet', import.meta.url);

/** Where the Online Retail file is: `SNOWMELT_RETAIL_FILE`, or `../shared/data/online-retail/` beside the repository; undefined if it is not there. */
export function findRealDataFile(): string | undefined {
  const { SNOWMELT_RETAIL_FILE: path = fileURLToPath(BESIDE_THE_REPOSITORY) } = process.env;
  return existsSync(path) ? path : undefined;
}
