import { plainText, type WholeAnswer } from './relay.ts';

/** Turns the answer of a statement into that of one that still runs; undefined if it is not the answer of a statement. */
export async function pendingBody(answer: WholeAnswer): Promise<WholeAnswer | undefined> {
  if (answer.status >= 300) return undefined;
  const fields = parse(await plainText(answer.body, answer.headers));
  const running = apiAnswer(fields) ?? sessionAnswer(fields);
  if (running === undefined) return undefined;
  return { status: running.status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(running.body)) };
}

interface Running {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

function apiAnswer({ statementHandle, statementStatusUrl }: Fields): Running | undefined {
  if (typeof statementHandle !== 'string') return undefined;
  const message = 'Asynchronous execution in progress. Use provided query id to perform query monitoring and management.';
  return { status: 202, body: { code: '333334', message, statementHandle, statementStatusUrl } };
}

function sessionAnswer({ data }: Fields): Running | undefined {
  const { queryId } = fieldsIn(data);
  if (typeof queryId !== 'string') return undefined;
  const body = { queryId, getResultUrl: `/queries/${queryId}/result` };
  return { status: 200, body: { data: body, code: '333333', message: null, success: true } };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields {
  try {
    return fieldsIn(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsIn(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
