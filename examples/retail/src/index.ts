export { type DuckdbDatabase, openDuckdbDatabase } from './duckdb-database.ts';
export { openRealData, type RealData } from './real-data.ts';
export { findRealDataFile } from './real-data-file.ts';
export { buildReference, REFERENCE_TABLES, type ReferenceOptions } from './reference.ts';
export { createShop, type Shop } from './simulator/shop.ts';
export type { ShopOptions } from './simulator/trading-day.ts';
export { createSourceTables, type Database } from './source-tables.ts';
