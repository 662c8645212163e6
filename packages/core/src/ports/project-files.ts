/** The project's own files, read-only; paths are relative to the project folder. */
export interface ProjectFiles {
  /** The text of a file, or undefined if there is none. */
  read(path: string): Promise<string | undefined>;
}
