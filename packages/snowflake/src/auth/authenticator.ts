import { bearerTokens } from './bearer-tokens.ts';
import type { Authenticator, AuthenticatorOptions } from './credentials.ts';
import { keyPairTokens } from './key-pair.ts';

/** Makes the authenticator that a connection asks for; no secret is looked up before its first use. */
export function authenticatorFor(options: AuthenticatorOptions): Authenticator {
  const { auth, privateKey } = options.connection;
  if (auth === undefined || auth.kind === 'keyPair') {
    return keyPairTokens({ ...options, privateKey: auth?.privateKey ?? privateKey, passphrase: auth?.passphrase });
  }
  switch (auth.kind) {
    case 'oauth':
      return bearerTokens({ ...options, type: 'OAUTH', secret: auth.token });
    case 'programmaticToken':
      return bearerTokens({ ...options, type: 'PROGRAMMATIC_ACCESS_TOKEN', secret: auth.token });
    case 'workloadIdentity':
      return bearerTokens({ ...options, type: 'WORKLOAD_IDENTITY_FEDERATION', secret: auth.token, prefix: `WIF.${auth.provider}.` });
  }
}
