import type { Pipeline } from './pipeline-schema.ts';
import type { Report } from './report.ts';

/** Finds what the source's schema cannot see: credentials that exclude or need each other. */
export function findSourceContradictions(source: Pipeline['source'], report: Report): void {
  if (source.kind !== 'snowflake') return;
  const { auth, privateKey, user } = source;
  if ((auth === undefined) === (privateKey === undefined)) {
    report(['source'], '`source` needs exactly one of `auth` and `privateKey`.', 'Write `auth`, or `privateKey` for a key pair.');
  }
  if (user === undefined && (auth === undefined || auth.kind === 'keyPair')) {
    report(['source'], 'A key pair needs the `user` that it belongs to.', 'Name the Snowflake user whose RSA_PUBLIC_KEY is set.');
  }
}
