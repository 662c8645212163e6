import * as z from 'zod';
import { text } from './columns.ts';
import { duration, secondsIn } from './duration.ts';
import type { Report } from './report.ts';
import { secret } from './secret.ts';

/** Where OpenLineage events go: into the lake, and to a collector if one is named. The names are those of OpenLineage's own clients. */
export const lineage = z.strictObject({
  openlineage: z.strictObject({
    /** The collector, e.g. `http://localhost:5000`; absent: events are only kept in the lake. */
    url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
    endpoint: text.default('api/v1/lineage'),
    /** Sent as `Authorization: Bearer …`. */
    apiKey: secret.optional(),
    /** The namespace of jobs. */
    namespace: text.default('default'),
    /** How long one request may take, and a run wait at its end. */
    timeout: duration.default('5 seconds').transform(secondsIn),
  }),
});

/** Finds settings of a collector that is not there. */
export function findLineageContradictions(declared: z.output<typeof lineage> | undefined, report: Report): void {
  const { url, apiKey } = declared?.openlineage ?? {};
  if (url !== undefined || apiKey === undefined) return;
  report(
    ['lineage', 'openlineage', 'apiKey'],
    'An API key without a `url` is sent nowhere.',
    'Name the collector in `url`, or remove `apiKey`.',
  );
}
