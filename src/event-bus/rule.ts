/** Whose buses, and where. */
export interface BusPlace {
  readonly account: string;
  readonly region: string;
}

/** A bus's address. */
export interface BusAddress extends BusPlace {
  /** `default` is there without being made. */
  readonly bus: string;
}

/** A tag of a rule or a bus. */
export interface BusTag {
  readonly Key: string;
  readonly Value: string;
}

/** A bus that somebody made. Times are ms since the epoch. */
export interface Bus extends BusAddress {
  readonly description?: string;
  readonly tags: readonly BusTag[];
  readonly createdAt: number;
}

/**
 * Which events a rule takes. `ENABLED` leaves out events of a trail that only read;
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
 */
export type RuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

/** Where a rule's events go, and in which form; members as PutTargets takes them. */
export interface Target {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
  readonly SqsParameters?: { readonly MessageGroupId?: string };
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy?: {
    readonly MaximumRetryAttempts?: number;
    readonly MaximumEventAgeInSeconds?: number;
  };
}

/** A rule as it is kept. */
export interface Rule extends BusAddress {
  readonly name: string;
  readonly pattern: string;
  readonly state: RuleState;
  readonly description?: string;
  readonly roleArn?: string;
  readonly createdBy: string;
  readonly tags: readonly BusTag[];
  readonly targets: readonly Target[];
}

/** The name of the bus that every account has in each Region. */
export const DEFAULT_BUS = 'default';

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** `arn:aws:events:REGION:ACCOUNT:event-bus/NAME` */
export function busArn({ account, region, bus }: BusAddress): string {
  return `arn:${partitionOf(region)}:events:${region}:${account}:event-bus/${bus}`;
}

/** `arn:aws:events:REGION:ACCOUNT:rule/NAME`, with the bus before the name if it is not the default one. */
export function ruleArn({ account, region, bus, name }: BusAddress & { readonly name: string }): string {
  const path = bus === DEFAULT_BUS ? name : `${bus}/${name}`;
  return `arn:${partitionOf(region)}:events:${region}:${account}:rule/${path}`;
}

/** Reads a bus's ARN; undefined for anything else. */
export function readBusArn(arn: string): BusAddress | undefined {
  const found =
    /^arn:aws[a-z-]{0,20}:events:([a-z0-9-]{1,40}):(\d{12}):event-bus\/([/.\-_A-Za-z0-9]{1,256})$/.exec(arn);
  return found ? { region: found[1]!, account: found[2]!, bus: found[3]! } : undefined;
}

/** Reads a rule's ARN; undefined for anything else. */
export function readRuleArn(arn: string): (BusAddress & { readonly name: string }) | undefined {
  const found =
    /^arn:aws[a-z-]{0,20}:events:([a-z0-9-]{1,40}):(\d{12}):rule\/(?:([/.\-_A-Za-z0-9]{1,256})\/)?([.\-_A-Za-z0-9]{1,64})$/.exec(
      arn,
    );
  if (!found) return undefined;
  return { region: found[1]!, account: found[2]!, bus: found[3] ?? DEFAULT_BUS, name: found[4]! };
}
