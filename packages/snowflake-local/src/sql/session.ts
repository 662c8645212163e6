/** For whom, where and when a statement runs: what Snowflake's context functions tell, and where unqualified names are looked up. */
export interface Session {
  readonly account: string;
  readonly user: string;
  readonly role: string;
  readonly warehouse: string | undefined;
  readonly database: string;
  readonly schema: string;
  /** The one time that CURRENT_TIMESTAMP and its kin give during the statement. */
  readonly now: Date;
  /** Session parameters that were set, by their name in upper case; values in upper case, too. */
  readonly parameters?: Readonly<Record<string, string>>;
}
