import type { PublicKey } from '@aws-sdk/client-cloudtrail';
import type { CallContext, Handler, OperationName, Permission } from '../../aws/index.ts';
import type { EventStore } from '../../store/index.ts';
import type { DeliveryStatus, Trails } from '../../trails/index.ts';

type Client = typeof import('@aws-sdk/client-cloudtrail');

type Name = OperationName<Client> & string;

/** Input and output of an operation, as its command class in the SDK has them. */
type InputOf<N extends Name> = InstanceType<Client[`${N}Command`]>['input'];
type OutputOf<N extends Name> = Omit<
  Awaited<ReturnType<ReturnType<InstanceType<Client[`${N}Command`]>['resolveMiddleware']>>>['output'],
  '$metadata'
>;

/** Handlers of some of CloudTrail's operations. */
export type CloudTrailHandlers = { readonly [N in Name]?: Handler<InputOf<N>, OutputOf<N>> };

/** Permissions of some of CloudTrail's operations. */
export type CloudTrailPermissions = {
  readonly [N in Name]?: (input: InputOf<N>, call: CallContext) => readonly Permission[];
};

/** What the service needs of the house. Times are milliseconds since the epoch. */
export interface CloudTrailDependencies {
  readonly trails: Trails;
  readonly store: Pick<EventStore, 'lookup'>;
  readonly deliveryStatus: (uid: string) => Promise<DeliveryStatus | undefined>;
  /** The digest keys whose validity meets the range (both ends inclusive); absent: there are none. */
  readonly publicKeys?: (start: number, end: number, region: string) => Promise<readonly PublicKey[]>;
  /** How far back LookupEvents reaches. */
  readonly historyDays: number;
  readonly now: () => number;
  /** Rates are kept by `createRateLimiter`; counts hold under both. */
  readonly limits?: 'aws' | 'open';
}
