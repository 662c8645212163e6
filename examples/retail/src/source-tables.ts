/** What the simulator and the loaders need of a database: DuckDB's SQL, one statement or several separated by `;`. */
export interface Database {
  run(sql: string): Promise<unknown>;
  all(sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** Snowflake's side of the example: current state in CUSTOMERS and PRODUCTS, an append-only journal in ORDERS. */
const SOURCE_TABLES = {
  CUSTOMERS: { CUSTOMER_ID: 'DECIMAL(10,0)', COUNTRY: 'VARCHAR', UPDATED_AT: 'TIMESTAMP' },
  PRODUCTS: { STOCK_CODE: 'VARCHAR', DESCRIPTION: 'VARCHAR', UNIT_PRICE: 'DECIMAL(12,3)', UPDATED_AT: 'TIMESTAMP' },
  ORDERS: {
    INVOICE_NO: 'VARCHAR',
    LINE_NO: 'DECIMAL(10,0)',
    STOCK_CODE: 'VARCHAR',
    DESCRIPTION: 'VARCHAR',
    QUANTITY: 'DECIMAL(10,0)',
    INVOICE_DATE: 'TIMESTAMP',
    UNIT_PRICE: 'DECIMAL(12,3)',
    CUSTOMER_ID: 'DECIMAL(10,0)',
    COUNTRY: 'VARCHAR',
    LOADED_AT: 'TIMESTAMP',
  },
} as const;

type SourceTable = keyof typeof SOURCE_TABLES;

/** One row of a source table: exact numbers and timestamps are text. */
export type SourceRow<T extends SourceTable> = Readonly<Record<keyof (typeof SOURCE_TABLES)[T], string | number | null>>;

/** Creates the three source tables where they do not exist yet. */
export async function createSourceTables(database: Database): Promise<void> {
  const statements = Object.entries(SOURCE_TABLES).map(([table, columns]) => {
    const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return `CREATE TABLE IF NOT EXISTS ${table} (${list.join(', ')})`;
  });
  await runAtomically(database, statements);
}

/** The last day whose orders are in the source, or undefined if there are none. */
export async function lastLoadedDay(database: Database): Promise<string | undefined> {
  const [row] = await database.all('SELECT CAST(CAST(max(LOADED_AT) AS DATE) AS VARCHAR) AS day FROM ORDERS');
  const { day } = row ?? {};
  return typeof day === 'string' ? day : undefined;
}

/** Runs statements as one transaction. */
export async function runAtomically(database: Database, statements: readonly string[]): Promise<void> {
  await database.run(['BEGIN', ...statements, 'COMMIT', ''].join(';\n'));
}

/** The statement that adds rows to a source table. The rows travel as one JSON text: a VALUES list takes four times as long. */
export function insertRows<T extends SourceTable>(table: T, rows: readonly SourceRow<T>[]): string {
  const json = sqlText(JSON.stringify(rows));
  const shape = sqlText(JSON.stringify([SOURCE_TABLES[table]]));
  return `INSERT INTO ${table} BY NAME SELECT unnest(from_json_strict(${json}, ${shape}), recursive := true)`;
}

/** Writes a text as a literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
