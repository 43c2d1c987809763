import type { Outgoing } from '../outgoing.ts';

/** What a target is made of. */
export interface TargetSettings {
  readonly url: string;
  /** API key, token or password; empty: none. */
  readonly secret: string;
  readonly user?: string;
  readonly index?: string;
  /** The Region that requests to a bucket are signed for. */
  readonly region?: string;
  /** How long is waited for more before a file is written; milliseconds. */
  readonly gather?: number;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string;
  readonly tags: readonly string[];
  readonly gzip: boolean;
  readonly acknowledge: boolean;
  /** The event in the form that the destination asked for: one line of JSON. */
  readonly form: (event: Outgoing) => string;
}
