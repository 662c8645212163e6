import * as z from 'zod';
import { text } from './columns.ts';
import { duration, secondsIn } from './duration.ts';
import { secret } from './secret.ts';

/** As whom to read, and how that is proved. */
const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('keyPair'), privateKey: secret, passphrase: secret.optional() }),
  z.strictObject({ kind: z.literal('oauth'), token: secret }),
  z.strictObject({ kind: z.literal('programmaticToken'), token: secret }),
  /** The identity that the cloud gives to the machine: no secret is stored. `token` gives its JSON Web Token. */
  z.strictObject({
    kind: z.literal('workloadIdentity'),
    provider: z.enum(['AWS', 'AZURE', 'GCP', 'OIDC']).default('AWS'),
    token: secret,
  }),
]);

/** A Snowflake account to read from. */
export const snowflakeSource = z.strictObject({
  kind: z.literal('snowflake'),
  /** Account identifier, e.g. `MYORG-ACCOUNT1`. */
  account: text,
  /** Needed for a key pair; the other credentials say it themselves. */
  user: text.optional(),
  /** Short for `auth: { kind: 'keyPair', privateKey }`. */
  privateKey: secret.optional(),
  auth: auth.optional(),
  /** Where the SQL API is; default `https://<account>.snowflakecomputing.com`. */
  url: z.url().optional(),
  database: text,
  schema: text.default('PUBLIC'),
  warehouse: text.optional(),
  role: text.optional(),
  /** An external stage that Snowflake may write to, and the folder or bucket behind it. */
  stage: z.strictObject({ name: text, url: z.url() }).optional(),
  /** Statements that run at the same time, 8 unless said; the others wait. */
  maxStatements: z.number().int().min(1).max(100).optional(),
  /** About how large the Parquet files of an unload, and the result text behind one that is fetched, may be. */
  fileMegabytes: z.number().int().min(1).max(5000).optional(),
  /** Parts of one result that are fetched at the same time, 4 unless said. */
  maxFetches: z.number().int().min(1).max(64).optional(),
  /** Snowflake stops a statement that takes longer. */
  statementTimeout: duration.transform(secondsIn).optional(),
});
