import type { FindingCode } from '../../../src/digest/verify/index.ts';
import type { FakeAws } from '../fake-aws.ts';
import { SignedChain, SigningKey, type Written } from '../signed-chain.ts';

/** When the chains of these tests begin. */
export const START = Date.UTC(2026, 10, 1, 10);
/** One key for all chains, because making one takes time; and the attacker's. */
export const KEY = new SigningKey();
export const OTHER_KEY = new SigningKey();

/** A bucket with five good hours, as an attacker finds it. */
export interface Scene {
  readonly chain: SignedChain;
  readonly fake: FakeAws;
  /** The digest that ends `hour` hours after the start; 0 is the first. */
  readonly digest: (hour: number) => Written;
  /** A log file by its number; each hour has two. */
  readonly log: (number: number) => string;
}

/** A kind of tampering, what the AWS CLI says of it, and what opentrail finds beyond. */
export interface Tampering {
  readonly name: string;
  /** Exit code of the AWS CLI. */
  readonly cli: 0 | 1 | 255;
  readonly finds?: readonly FindingCode[];
  /** Ours is stricter here: the two outputs are not compared. */
  readonly differs?: true;
  /** Hours after the start that are asked for; default 5. */
  readonly hours?: number;
  readonly do: (scene: Scene) => void;
}

/** The untouched scene in a fake of its own. */
export function makeScene(fake: FakeAws): Scene {
  const chain = new SignedChain('trail-bucket', KEY).hours(START, 5);
  fake.keys = [KEY.wire];
  fake.trails = [{ arn: chain.arn, bucket: chain.bucket }];
  publish(chain, fake);
  return {
    chain,
    fake,
    digest: (hour) => must(chain.digests[hour]),
    log: (number) => must(chain.logs[number]),
  };
}

/** The fake holds what the chain has written so far. */
export function publish(chain: SignedChain, fake: FakeAws): void {
  for (const [bucket, objects] of chain.buckets) fake.buckets.set(bucket, objects);
}

/** @throws Error when it is undefined: a row that looks for what its scene lacks is wrong itself */
export function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('not in the scene');
  return value;
}
