import type { CreateTrailResponse, UpdateTrailRequest, Trail as WireTrail } from '@aws-sdk/client-cloudtrail';
import type { Trail, TrailSettings } from '../../../trails/index.ts';

/** The members that CreateTrail and UpdateTrail share. */
export type SettingsInput = Partial<Omit<UpdateTrailRequest, 'Name'>>;

/** The settings of a request; members that it has not are absent. */
export function settingsOf(input: SettingsInput): TrailSettings {
  const settings: { [K in keyof TrailSettings]: TrailSettings[K] | undefined } = {
    s3BucketName: input.S3BucketName,
    s3KeyPrefix: input.S3KeyPrefix,
    snsTopicName: input.SnsTopicName,
    includeGlobalServiceEvents: input.IncludeGlobalServiceEvents,
    multiRegion: input.IsMultiRegionTrail,
    organizationTrail: input.IsOrganizationTrail,
    logFileValidation: input.EnableLogFileValidation,
    recursiveLogging: input.RecursiveLogging,
    cloudWatchLogsLogGroupArn: input.CloudWatchLogsLogGroupArn,
    cloudWatchLogsRoleArn: input.CloudWatchLogsRoleArn,
    kmsKeyId: input.KmsKeyId,
  };
  return settings as TrailSettings;
}

/** A trail as CreateTrail and UpdateTrail answer it, members in AWS's order. */
export function configurationOf(trail: Trail): CreateTrailResponse {
  return {
    ...targetsOf(trail),
    IncludeGlobalServiceEvents: trail.includeGlobalServiceEvents,
    IsMultiRegionTrail: trail.multiRegion,
    TrailARN: trail.arn,
    ...optionsOf(trail),
    IsOrganizationTrail: trail.organizationTrail,
    RecursiveLogging: trail.recursiveLogging,
  };
}

/** A trail as GetTrail and DescribeTrails answer it, members in AWS's order. */
export function descriptionOf(trail: Trail): WireTrail {
  return {
    ...targetsOf(trail),
    IncludeGlobalServiceEvents: trail.includeGlobalServiceEvents,
    IsMultiRegionTrail: trail.multiRegion,
    HomeRegion: trail.homeRegion,
    TrailARN: trail.arn,
    ...optionsOf(trail),
    HasCustomEventSelectors: trail.hasCustomEventSelectors,
    HasInsightSelectors: trail.insightSelectors.length > 0,
    IsOrganizationTrail: trail.organizationTrail,
    RecursiveLogging: trail.recursiveLogging,
  };
}

function targetsOf(trail: Trail) {
  return {
    Name: trail.name,
    S3BucketName: trail.s3BucketName,
    ...given('S3KeyPrefix', trail.s3KeyPrefix),
    ...given('SnsTopicName', trail.snsTopicName),
    ...given('SnsTopicARN', trail.snsTopicArn),
  };
}

function optionsOf(trail: Trail) {
  return {
    LogFileValidationEnabled: trail.logFileValidation,
    ...given('CloudWatchLogsLogGroupArn', trail.cloudWatchLogsLogGroupArn),
    ...given('CloudWatchLogsRoleArn', trail.cloudWatchLogsRoleArn),
    ...given('KmsKeyId', trail.kmsKeyId),
  };
}

function given<K extends string>(member: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [member]: value } as { [P in K]: string });
}
