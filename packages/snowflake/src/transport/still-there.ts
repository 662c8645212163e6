import { isSnowmeltError } from '@snowmelt/core/ports';

/** Takes up what an earlier attempt began; undefined if Snowflake no longer has it, or it has failed. */
export async function ifStillThere<T>(take: () => Promise<T>): Promise<T | undefined> {
  try {
    return await take();
  } catch (error) {
    if (isSnowmeltError(error) && (error.code === 'source/statement-failed' || error.code === 'source/protocol')) return undefined;
    throw error;
  }
}
