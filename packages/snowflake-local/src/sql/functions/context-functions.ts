import { quoteText } from '../identifiers.ts';
import type { Session } from '../session.ts';
import { type FunctionRule, type FunctionRules, rule } from './function-rule.ts';

/** The Snowflake release that CURRENT_VERSION() names. */
const VERSION = '9.0.0';

/** The cloud region that CURRENT_REGION() names: that of an account on AWS. */
const REGION = 'AWS_EU_CENTRAL_1';

/** Functions that tell about the session and the time of the statement. */
export const contextFunctions: FunctionRules = {
  CURRENT_ACCOUNT: sessionText(({ account }) => account),
  CURRENT_DATABASE: sessionText(({ database }) => database),
  CURRENT_DATE: time('DATE', 0),
  CURRENT_REGION: sessionText(() => REGION),
  CURRENT_ROLE: sessionText(({ role }) => role),
  CURRENT_SCHEMA: sessionText(({ schema }) => schema),
  CURRENT_TIME: time('TIME', 1),
  CURRENT_TIMESTAMP: time('TIMESTAMPTZ', 1),
  CURRENT_USER: sessionText(({ user }) => user),
  CURRENT_VERSION: sessionText(() => VERSION),
  CURRENT_WAREHOUSE: sessionText(({ warehouse }) => warehouse),
  GETDATE: time('TIMESTAMPTZ', 0),
  LOCALTIMESTAMP: time('TIMESTAMPTZ', 1),
  SYSDATE: time('TIMESTAMP', 0),
  SYSTIMESTAMP: time('TIMESTAMPTZ', 0),
};

function sessionText(read: (session: Session) => string | undefined): FunctionRule {
  return rule(0, 0, (_, { session }) => {
    const text = read(session);
    return text === undefined ? 'CAST(NULL AS VARCHAR)' : quoteText(text);
  });
}

function time(type: string, max: number): FunctionRule {
  return rule(0, max, (_, { session }) => {
    const [date = '', clock = ''] = session.now.toISOString().replace('Z', '').split('T');
    const text = type === 'DATE' ? date : type === 'TIME' ? clock : `${date} ${clock}${type === 'TIMESTAMPTZ' ? '+00' : ''}`;
    return `CAST('${text}' AS ${type})`;
  });
}
