export type { SnowflakeConnection } from './snowflake-connection.ts';
export { type SnowflakeSourceOptions, snowflakeSource } from './snowflake-source.ts';
