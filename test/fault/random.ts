import { createHash } from 'node:crypto';

/** The seed of a random test: from the environment (`OPENTRAIL_TEST_SEED`), else new; printed so that a failure can be repeated. */
export function seedOf(name: string): string {
  const seed = process.env.OPENTRAIL_TEST_SEED ?? Math.random().toString(36).slice(2, 10);
  console.log(`${name}: OPENTRAIL_TEST_SEED=${seed}`);
  return seed;
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomFrom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
