/** Where a secret is kept; the declaration holds this, never the secret. `command`: a program and its arguments, which prints it. */
export type SecretReference = { readonly env: string } | { readonly file: string } | { readonly command: readonly string[] };

/** Looks secrets up. @throws secret/not-found */
export interface Secrets {
  get(reference: SecretReference): Promise<string>;
}
