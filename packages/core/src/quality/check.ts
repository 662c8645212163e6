/** A check as the graph knows it; its query is in the dataset's `checkScans`. */
export interface Check {
  readonly id: string;
  readonly severity: 'error' | 'warn';
}
