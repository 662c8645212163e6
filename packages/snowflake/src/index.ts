export type { ExaminedExtract } from './doctor/examine-table.ts';
export type { SourceFinding } from './doctor/finding.ts';
export { type SetupPart, type SnowflakeDoctor, type SnowflakeDoctorOptions, snowflakeDoctor } from './doctor/snowflake-doctor.ts';
export type { SnowflakeConnection } from './snowflake-connection.ts';
export { type SnowflakeSourceOptions, snowflakeSource } from './snowflake-source.ts';
