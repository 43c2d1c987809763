import { setTimeout } from 'node:timers/promises';
import { BucketError } from './bucket-reader.ts';

/** How a request is repeated. */
export interface BackOff {
  /** Attempts altogether. */
  readonly attempts: number;
  /** Milliseconds before the second one; each later wait is twice as long, up to `longest`. */
  readonly first: number;
  readonly longest: number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Told of each failure after which it is tried again. */
  readonly onRetry?: (error: BucketError) => void;
}

/** Repeats what may pass, waiting longer each time, with full jitter. @throws BucketError the last one */
export async function withBackOff<T>(work: () => Promise<T>, backOff: BackOff): Promise<T> {
  const { attempts, first, longest, random, signal, onRetry } = backOff;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BucketError) || !mayPass(error) || attempt >= attempts) throw error;
      onRetry?.(error);
      const most = Math.min(longest, first * 2 ** (attempt - 1));
      await setTimeout(most * (0.5 + random() / 2), undefined, { signal });
    }
  }
}

/** Whether the same request may succeed later without anybody doing something. */
export function mayPass(error: BucketError): boolean {
  return error.kind === 'throttled' || error.kind === 'passing';
}
