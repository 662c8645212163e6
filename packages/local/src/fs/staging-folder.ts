import { dirname, join } from 'node:path';
import { type ObjectStore, objectKey } from '@snowmelt/core/ports';
import { HIDDEN_FOLDER } from './list-objects.ts';
import { uniqueName } from './process-owner.ts';

/**
 * A folder of this process in the lake that no reader sees; from it, files can be moved to their place in one act. What a
 * process that died left there, the next one to open the lake removes.
 */
export function stagingFolder(store: ObjectStore): string {
  return join(dirname(store.locate(objectKey('any'))), HIDDEN_FOLDER, uniqueName());
}
