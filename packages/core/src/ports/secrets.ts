/** Where a secret is kept; the declaration holds this, never the secret. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** Looks secrets up. @throws secret/not-found */
export interface Secrets {
  get(reference: SecretReference): Promise<string>;
}
