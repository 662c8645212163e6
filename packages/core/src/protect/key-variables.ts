/** The engine's variables that hold what a key makes of the two pads of HMAC (RFC 2104): 64 bytes each. */
export interface KeyVariables {
  readonly inner: string;
  readonly outer: string;
}

/** Names the variables of a key, as finished SQL reads them. */
export function keyVariables(key: string): KeyVariables {
  return { inner: `snowmelt_key_${key}_inner`, outer: `snowmelt_key_${key}_outer` };
}
