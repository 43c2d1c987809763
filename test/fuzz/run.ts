import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { seedOf } from '../fault/random.ts';

/** Milliseconds that one property may look for a failure; OPENTRAIL_FUZZ_SECONDS for a long search. */
const TIME = Number(process.env.OPENTRAIL_FUZZ_SECONDS ?? 4) * 1_000;

/** The time that a test of one property needs at most: the search, a slow last run, and shrinking what was found. */
export const FUZZ_TIMEOUT = TIME * 3 + 60_000;

/** Runs a property until its `share` of the time is over or it fails; says the seed and how often it ran. */
export async function fuzz<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => void | Promise<void>,
  share = 1,
): Promise<void> {
  const seed = createHash('sha256').update(seedOf(name)).digest().readInt32LE(0);
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary, async (value) => {
      runs++;
      await check(value);
    }),
    { seed, numRuns: 1_000_000, interruptAfterTimeLimit: TIME * share, markInterruptAsFailure: false },
  );
  console.log(`${name}: ${runs} runs`);
}
