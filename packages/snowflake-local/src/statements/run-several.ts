import { randomUUID } from 'node:crypto';
import { SnowflakeError, unsupported } from '../errors/snowflake-error.ts';
import type { Session } from '../sql/session.ts';
import { splitStatements } from '../sql/split-statements.ts';
import type { StatementOutcome } from './run-statement.ts';
import type { Statement, Submission } from './statement-registry.ts';

/** Runs the statements of one request in one session, one after the other; the first that fails ends it. @throws SnowflakeError */
export async function runSeveral(
  { text, session, bindings, statementCount, timeoutMs }: Submission,
  signal: AbortSignal,
  submit: (submission: Submission) => Statement,
  answer: (text: string) => Promise<StatementOutcome>,
): Promise<StatementOutcome> {
  if (Object.keys(bindings).length > 0) throw unsupported('bindings for several statements');
  const texts = splitStatements(text);
  if (statementCount !== 0 && texts.length !== statementCount) {
    const message = `Actual statement count ${texts.length} did not match the desired statement count ${statementCount}.`;
    throw new SnowflakeError('000008', '0A000', message);
  }
  const parts: string[] = [];
  let current: Session = { ...session, parameters: session.parameters ?? {} };
  for (const part of texts) {
    const statement = submit({ text: part, session: current, bindings, timeoutMs, requestId: randomUUID() });
    parts.push(statement.handle);
    const { parameters } = await outcomeOf(statement, signal);
    if (parameters !== undefined) current = { ...current, parameters };
  }
  return { ...(await answer(`SELECT 'Multiple statements executed successfully.' AS "multiple statement execution"`)), parts };
}

async function outcomeOf(statement: Statement, signal: AbortSignal): Promise<StatementOutcome> {
  const cancel = (): void => statement.cancel();
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  await statement.over;
  signal.removeEventListener('abort', cancel);
  const state = statement.state();
  if (state.kind === 'done') return state.outcome;
  throw state.kind === 'failed' ? state.error : new Error('A statement that is over is still running.');
}
