import { CliError } from './context.ts';

/** The answer of a call; a refusal becomes one line with AWS's code and words. @throws CliError */
export async function ask<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new CliError(`${what}: ${name}: ${message}`, { cause });
  }
}

/** The same; undefined for the refusals of these names. */
export async function askFor<Answer>(
  what: string,
  answer: Promise<Answer>,
  absent: readonly string[],
): Promise<Answer | undefined> {
  return await ask(
    what,
    answer.catch((error: unknown) => {
      if (absent.includes((error as Error).name)) return undefined;
      throw error;
    }),
  );
}
