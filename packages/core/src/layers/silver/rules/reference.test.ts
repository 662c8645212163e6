import { expect, it } from 'vitest';
import type { CleaningColumn } from '../../../define/pipeline-schema.ts';
import { forBoth } from '../../../sql/render.ts';
import { breaksReference, joinReference } from './reference.ts';

const column = (reference?: CleaningColumn['reference']) => ({
  name: 'buyer',
  rules: { type: { kind: 'varchar' }, onFail: 'quarantine', reference } as const satisfies CleaningColumn,
});
const toCustomers = column({ dataset: 'silver.dim_customers', column: 'id' });

it('is rendered for both engines, or not at all', () => {
  expect(forBoth((words) => joinReference(toCustomers, 't__buyer', words) ?? '')).toMatchInlineSnapshot(`
    {
      "duckdb": "LEFT JOIN (SELECT DISTINCT "id" AS "f__buyer" FROM silver__dim_customers WHERE "id" IS NOT NULL) AS "_known__buyer" ON t__buyer = "f__buyer"",
      "spark": "LEFT JOIN (SELECT DISTINCT \`id\` AS \`f__buyer\` FROM silver__dim_customers WHERE \`id\` IS NOT NULL) AS \`_known__buyer\` ON t__buyer = \`f__buyer\`",
    }
  `);
  expect(forBoth((words) => breaksReference(toCustomers, 't__buyer', words) ?? '').spark).toMatchInlineSnapshot(
    `"t__buyer IS NOT NULL AND \`f__buyer\` IS NULL"`,
  );
  forBoth((words) => {
    expect(joinReference(column(), 'x', words)).toBeUndefined();
    expect(breaksReference(column(), 'x', words)).toBeUndefined();
    return '';
  });
});
