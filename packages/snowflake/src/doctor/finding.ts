/** One thing that was looked at. `fix`: lines of SQL that mend it. */
export interface SourceFinding {
  readonly what: string;
  readonly verdict: 'good' | 'warning' | 'bad';
  readonly detail: string;
  readonly fix?: readonly string[];
}
