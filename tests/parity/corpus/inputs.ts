import type { BuildStage, Column } from '@snowmelt/core/ports';
import type { CompileContext } from '../../../packages/core/src/compile/context.ts';
import { forBoth } from '../../../packages/core/src/sql/render.ts';

type Value = string | null;

interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
}

const column = (name: string, kind: Exclude<Column['type']['kind'], 'decimal'>): Column => ({ name, type: { kind } });

/** The tables that the queries of the corpus read. */
export const TABLES: Readonly<Record<'silver.sales' | 'silver.people' | 'silver.notes', Table>> = {
  'silver.sales': {
    columns: [
      column('id', 'bigint'),
      column('person', 'bigint'),
      column('sold_on', 'date'),
      column('sold_at', 'timestamp'),
      { name: 'amount', type: { kind: 'decimal', precision: 12, scale: 2 } },
      column('ratio', 'double'),
      column('region', 'varchar'),
    ],
    rows: [
      ['1', '10', '2024-01-01', '2024-01-01 09:00:00', '10.00', '0.5', 'north'],
      ['2', '10', '2024-01-02', '2024-01-02 10:30:00', '20.50', '1.5', 'south'],
      ['3', '20', '2024-01-02', '2024-01-02 23:59:59', '5.25', 'NaN', 'north'],
      ['4', '20', '2024-02-01', '2024-02-01 00:00:00', null, '-0.0', null],
      ['5', null, '2024-02-29', '2024-02-29 12:00:00', '-5.25', '0.0', 'south'],
      ['6', '30', '2024-03-01', '2024-03-01 08:15:00', '100.00', null, 'east'],
    ],
  },
  'silver.people': {
    columns: [column('person', 'bigint'), column('name', 'varchar'), column('joined_on', 'date'), column('is_active', 'boolean')],
    rows: [
      ['10', 'Ann', '2023-01-31', 'true'],
      ['20', 'Bob', '2023-12-31', 'false'],
      ['40', 'Émile', null, null],
    ],
  },
  'silver.notes': {
    columns: [column('v', 'json')],
    rows: [['{"a": {"b": [1, "x"]}, "n": 1.5, "t": true, "z": null}']],
  },
};

const relation = (name: string) => name.replace('.', '__');

/** The columns of each table, by its relation's name. */
export const INPUTS: Readonly<Record<string, readonly Column[]>> = Object.fromEntries(
  Object.entries(TABLES).map(([name, { columns }]) => [relation(name), columns]),
);

/** The tables as stages of a build. */
export const INPUT_STAGES: readonly BuildStage[] = Object.entries(TABLES).map(([name, { columns, rows }]) => ({
  kind: 'table',
  name: relation(name),
  sql: forBoth((words) =>
    rows
      .map((row) => {
        const values = columns.map(({ name: one, type }, at) => {
          const value = row[at] ?? null;
          return `${value === null ? `CAST(NULL AS ${words.type(type)})` : words.constant(value, type)} AS ${words.name(one)}`;
        });
        return `SELECT ${values.join(', ')}`;
      })
      .join(' UNION ALL '),
  ),
}));

/** The tables as compiling knows them: all that it asks of a dataset is its name and columns. */
export const COMPILED = new Map(
  Object.entries(TABLES).map(([name, { columns }]) => [name, { name, columns }]),
) as unknown as CompileContext['compiled'];
