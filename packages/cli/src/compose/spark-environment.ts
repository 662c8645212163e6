import { findSparkPrograms, SPARK_VERSION, setupSpark, sparkEnvironmentFolder } from '@snowmelt/local';

/** The Spark that this user's commands run on. */
export interface SparkEnvironment {
  readonly version: string;
  readonly java: string;
  readonly python: string;
  /** It was not there before. */
  readonly isNew: boolean;
}

/** Finds Spark on this machine, and first installs it if asked to. @throws spark/not-installed, spark/setup-failed */
export async function openSparkEnvironment({ install }: { readonly install: boolean }): Promise<SparkEnvironment> {
  const folder = sparkEnvironmentFolder();
  const isNew = install && (await setupSpark(folder));
  return { version: SPARK_VERSION, ...(await findSparkPrograms(folder)), isNew };
}
