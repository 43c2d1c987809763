import { setTimeout } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither false nor undefined, or the time (milliseconds) is over. A question
 * that throws ends the wait at once.
 *
 * @throws Error naming what was waited for.
 */
export async function until<Answer>(
  what: string,
  milliseconds: number,
  ask: () => Answer | Promise<Answer>,
): Promise<Exclude<Answer, false | undefined>> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer as Exclude<Answer, false | undefined>;
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds} ms in vain until ${what}`);
    await setTimeout(25);
  }
}
