// Ours alone, so that nobody else makes the same identifiers from the same names.
const NAMESPACE = 'b1f6c6a0-5e0e-4c0b-9a3c-2f8f0a4f5d31';

/** The UUID (version 5) that a name always has: OpenLineage takes no other identifiers of runs. */
export async function uuidOf(name: string): Promise<string> {
  const space = NAMESPACE.replaceAll('-', '').match(/../g) ?? [];
  const bytes = new Uint8Array([...space.map((pair) => Number.parseInt(pair, 16)), ...new TextEncoder().encode(name)]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes)).slice(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const text = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
