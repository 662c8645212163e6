import { badRequest } from '../server/statement-request.ts';

/** A request of the session protocol; whose it is, its token says. */
export interface SessionRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: () => Promise<string>;
}

/** Fields of a request's body that were not looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads a request's body; none is an empty one. @throws SnowflakeError for anything but a JSON object. */
export async function readFields(request: SessionRequest): Promise<Fields> {
  const text = await request.body();
  if (text.trim() === '') return {};
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    throw badRequest('The request body is not JSON.');
  }
}

/** Takes an object as it is, and anything else as one without fields. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}

/** Reads a text; undefined for an empty one and for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Tells whether a field holds anything. */
export function isPresentField(value: unknown): boolean {
  return value !== undefined && value !== null;
}
