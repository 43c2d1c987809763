import type * as client from '@aws-sdk/client-iam';
import type { Handlers } from '../../aws/index.ts';
import type { Identity } from '../../identity/index.ts';

/** Handlers of IAM, typed by the SDK's own commands. */
export type IamHandlers = Handlers<typeof client>;

/** What IAM's API needs of the house. */
export interface IamDependencies {
  readonly identity: Identity;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
