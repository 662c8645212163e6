import { isSnowmeltError, type SnowmeltError } from '../errors/snowmelt-error.ts';
import type { DatasetName } from '../layout/dataset-name.ts';
import type { CallContext, ContractRequest, Source, SourceContract } from '../ports/source.ts';
import { inParallel } from './in-parallel.ts';

/** What the source says about one extract: its columns and how they differ, or why it cannot be read. */
export interface DescribedDataset {
  readonly dataset: DatasetName;
  readonly contract?: SourceContract;
  readonly error?: SnowmeltError;
}

const AT_ONCE = 8;

/** Asks a source about several extracts at a time, and gives all answers in the order of the requests. Reads no row and writes nothing. */
export async function describeSources(
  requests: readonly ContractRequest[],
  source: Source,
  context: CallContext,
): Promise<readonly DescribedDataset[]> {
  const found = new Map<DatasetName, DescribedDataset>();
  await inParallel(requests, AT_ONCE, async (request) => {
    const { dataset } = request;
    try {
      found.set(dataset, { dataset, contract: await source.describe(request, context) });
    } catch (error) {
      if (!isSnowmeltError(error)) throw error;
      found.set(dataset, { dataset, error });
    }
  });
  return requests.flatMap(({ dataset }) => found.get(dataset) ?? []);
}
