import * as z from 'zod';
import { text } from './columns.ts';

/** Where a secret is kept, never the secret. */
export const secret = z.union([
  z.strictObject({ env: text }),
  z.strictObject({ file: text }),
  z.strictObject({ command: z.array(text).min(1) }),
]);
