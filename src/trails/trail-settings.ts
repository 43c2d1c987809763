import type { Trail } from './trail.ts';
import { TrailError } from './trail-error.ts';

/**
 * What CreateTrail and UpdateTrail say of a trail. For an update an absent member means unchanged, and an empty
 * string takes the member away (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html).
 */
export interface TrailSettings {
  readonly s3BucketName?: string;
  readonly s3KeyPrefix?: string;
  readonly snsTopicName?: string;
  readonly includeGlobalServiceEvents?: boolean;
  readonly multiRegion?: boolean;
  readonly organizationTrail?: boolean;
  readonly logFileValidation?: boolean;
  readonly recursiveLogging?: boolean;
  readonly cloudWatchLogsLogGroupArn?: string;
  readonly cloudWatchLogsRoleArn?: string;
  readonly kmsKeyId?: string;
}

/** The members of a trail that settings decide. */
export type SettledTrail = Pick<
  Trail,
  | 's3BucketName'
  | 's3KeyPrefix'
  | 'snsTopicName'
  | 'snsTopicArn'
  | 'includeGlobalServiceEvents'
  | 'multiRegion'
  | 'organizationTrail'
  | 'logFileValidation'
  | 'recursiveLogging'
  | 'cloudWatchLogsLogGroupArn'
  | 'cloudWatchLogsRoleArn'
  | 'kmsKeyId'
>;

/** A trail's settings before anyone set one: CreateTrail's defaults. */
export const DEFAULT_SETTINGS: SettledTrail = {
  s3BucketName: '',
  includeGlobalServiceEvents: true,
  multiRegion: false,
  organizationTrail: false,
  logFileValidation: false,
  recursiveLogging: true,
};

/** Lays settings over what stands; members that end up empty are absent. */
export function settle(current: SettledTrail, settings: TrailSettings): SettledTrail {
  const text = <K extends keyof TrailSettings & keyof SettledTrail>(member: K) => {
    const value = settings[member] ?? current[member];
    return value === undefined || value === '' ? {} : { [member]: value };
  };
  return {
    s3BucketName: settings.s3BucketName ?? current.s3BucketName,
    includeGlobalServiceEvents: settings.includeGlobalServiceEvents ?? current.includeGlobalServiceEvents,
    multiRegion: settings.multiRegion ?? current.multiRegion,
    organizationTrail: settings.organizationTrail ?? current.organizationTrail,
    logFileValidation: settings.logFileValidation ?? current.logFileValidation,
    recursiveLogging: settings.recursiveLogging ?? current.recursiveLogging,
    ...text('s3KeyPrefix'),
    ...text('snsTopicName'),
    ...text('kmsKeyId'),
    ...text('cloudWatchLogsLogGroupArn'),
    ...text('cloudWatchLogsRoleArn'),
  };
}

/** @throws TrailError InvalidParameterCombinationException */
export function checkCombination(settled: SettledTrail): void {
  if (settled.multiRegion && !settled.includeGlobalServiceEvents) {
    throw new TrailError(
      'InvalidParameterCombinationException',
      'Multi-Region trail must include global service events.',
    );
  }
}

/** @throws TrailError OrganizationsNotInUseException: there are no organizations here. */
export function checkOrganization(settled: SettledTrail): void {
  if (settled.organizationTrail) {
    throw new TrailError(
      'OrganizationsNotInUseException',
      'An organization trail needs an organization: this account is not a member of one.',
    );
  }
}
