import { Script } from 'node:vm';
import { CheckFailure } from '../failure.ts';

/** How long a pattern of the user may run, in milliseconds. */
const PATIENCE = 2000;

const key = Symbol.for('check_cloudtrail.work');
const holder = globalThis as unknown as Record<symbol, (() => void) | undefined>;
const script = new Script('globalThis[Symbol.for("check_cloudtrail.work")]()');

/**
 * Runs `work`, which applies a pattern that somebody typed, and ends it when it takes too long: a pattern such as
 * `(a+)+$` needs years for a short text, and nothing on this thread could stop it otherwise.
 *
 * @throws CheckFailure that names `pattern`
 */
export function guarded<Result>(pattern: string, work: () => Result): Result {
  let result: Result | undefined;
  holder[key] = () => {
    result = work();
  };
  try {
    script.runInThisContext({ timeout: PATIENCE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw new CheckFailure(
        `the pattern '${pattern}' takes too long to match; write it without nested repetitions`,
      );
    }
    throw error;
  } finally {
    delete holder[key];
  }
  return result as Result;
}
