import { type ErrorDetails, type Place, SnowmeltError } from '@snowmelt/core/ports';

/** Where a request went and for which dataset, for messages. */
export interface RequestPlace {
  readonly host: string;
  readonly at: Place;
  /** What is spoken there; absent: the SQL API. */
  readonly protocol?: string;
}

/** An answer that is not in the protocol. */
export function protocolError(place: RequestPlace, what: string, cause?: unknown): SnowmeltError {
  return new SnowmeltError('source/protocol', {
    message: `${place.host} answered with something that is not Snowflake's ${place.protocol ?? 'SQL API'}: ${what}.`,
    hint: "Check the source's `account` and `url`, and whether a proxy answers in Snowflake's place.",
    at: place.at,
    cause,
  });
}

/** Credentials that Snowflake does not accept. */
export function authenticationError(place: RequestPlace, status: number, answer: FailureAnswer): SnowmeltError {
  return new SnowmeltError('source/authentication', {
    message: `Snowflake at ${place.host} refused the credentials (HTTP ${status}${describe(answer)}).`,
    hint: "Check `account`, `user`, `role` and the credentials (of a key pair: that its public half is the user's RSA_PUBLIC_KEY), that no network policy excludes this machine, and this machine's clock.",
    at: place.at,
  });
}

/** A statement that Snowflake refused or could not finish. */
export function statementError(place: RequestPlace, answer: FailureAnswer): SnowmeltError {
  if (isLostHistory(answer)) return historyError(place, answer);
  const hint = HINTS[answer.code ?? ''];
  const details: ErrorDetails = {
    message: `Snowflake could not run a statement${describe(answer)}.`,
    at: place.at,
    ...(hint === undefined ? {} : { hint }),
    ...(PASSING.has(answer.code ?? '') ? { retry: 'safe' } : {}),
  };
  return new SnowmeltError('source/statement-failed', details);
}

// Other numbers are in use for the same; the texts are the documented ones.
function isLostHistory({ code, message }: FailureAnswer): boolean {
  return code === '000707' || code === '091930' || LOST_HISTORY.test(message ?? '');
}

const LOST_HISTORY = /Change tracking is not enabled|change tracking .* missing for the time range|Time travel data is not available/i;

function historyError(place: RequestPlace, answer: FailureAnswer): SnowmeltError {
  return new SnowmeltError('source/history-unavailable', {
    message: `Snowflake no longer knows the table at the time that is asked for${describe(answer)}.`,
    hint: 'Its owner can set CHANGE_TRACKING = TRUE and a longer DATA_RETENTION_TIME_IN_DAYS; run more often than that.',
    at: place.at,
  });
}

/** A source that does not answer, or answers that it cannot. */
export function unreachableError(
  place: RequestPlace,
  why: string,
  details: Pick<ErrorDetails, 'hint' | 'retry' | 'cause'> = {},
): SnowmeltError {
  return new SnowmeltError('source/unreachable', {
    message: `Snowflake at ${place.host} did not answer: ${why}.`,
    hint: details.hint ?? "Check the network and the source's `account` and `url`.",
    at: place.at,
    ...(details.retry === undefined ? {} : { retry: details.retry }),
    cause: details.cause,
  });
}

/** A source that asks for fewer requests. */
export function throttledError(place: RequestPlace): SnowmeltError {
  return new SnowmeltError('source/throttled', {
    message: `Snowflake at ${place.host} answers that there are too many requests (HTTP 429).`,
    hint: 'Run fewer extractions at once, or later.',
    at: place.at,
  });
}

/** What a failed request says of itself, as far as it could be read. */
export interface FailureAnswer {
  readonly code?: string;
  readonly message?: string;
}

// Snowflake's own incidents: the same statement may well succeed in a moment.
const PASSING = new Set(['000603', '000616']);

const HINTS: Readonly<Record<string, string>> = {
  '002003': "Check the table's name, and that the role may use its database and schema and select from it.",
  '000606': 'Name a `warehouse` in the source, or give the user a default one.',
  '000630':
    'The statement ran into its time limit: raise `statementTimeout` of the source (or STATEMENT_TIMEOUT_IN_SECONDS in Snowflake), or read less at once.',
};

function describe({ code, message }: FailureAnswer): string {
  const text = message === undefined ? undefined : withoutValues(code, message).trim().replace(/\.$/, '');
  if (text === undefined || text === '') return code === undefined ? '' : ` (${code})`;
  return code === undefined ? `: ${text}` : ` (${code}): ${text}`;
}

// Errors 100xxx are about data and quote the offending value; all others quote identifiers.
function withoutValues(code: string | undefined, message: string): string {
  return code?.startsWith('100') === true ? message.replace(/'(?:[^']|'')*'/gs, "'…'") : message;
}
