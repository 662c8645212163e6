import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ProjectFiles } from '@snowmelt/core/ports';
import { isAbsent } from './fs-errors.ts';

/** Reads the files of a project folder. */
export function fsProjectFiles(options: { readonly folder: string }): ProjectFiles {
  return {
    read: async (path) => {
      try {
        return await readFile(resolve(options.folder, path), 'utf8');
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
  };
}
