/**
 * The errors that trails answer: AWS's own names, all declared by the operations of
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html, and `ServiceUnavailable` for a
 * neighbour (bucket, topic, key service) that gives no answer at all.
 */
export type TrailErrorCode =
  | 'ChannelNotFoundException'
  | 'CloudTrailARNInvalidException'
  | 'CloudWatchLogsDeliveryUnavailableException'
  | 'EventDataStoreNotFoundException'
  | 'InsightNotEnabledException'
  | 'InsufficientEncryptionPolicyException'
  | 'InsufficientS3BucketPolicyException'
  | 'InsufficientSnsTopicPolicyException'
  | 'InvalidCloudWatchLogsLogGroupArnException'
  | 'InvalidCloudWatchLogsRoleArnException'
  | 'InvalidEventSelectorsException'
  | 'InvalidHomeRegionException'
  | 'InvalidInsightSelectorsException'
  | 'InvalidParameterCombinationException'
  | 'InvalidParameterException'
  | 'InvalidS3BucketNameException'
  | 'InvalidS3PrefixException'
  | 'InvalidSnsTopicNameException'
  | 'InvalidTagParameterException'
  | 'InvalidTrailNameException'
  | 'KmsException'
  | 'KmsKeyNotFoundException'
  | 'MaximumNumberOfTrailsExceededException'
  | 'OrganizationsNotInUseException'
  | 'ResourceNotFoundException'
  | 'ResourceTypeNotSupportedException'
  | 'S3BucketDoesNotExistException'
  | 'ServiceUnavailable'
  | 'TagsLimitExceededException'
  | 'TrailAlreadyExistsException'
  | 'TrailNotFoundException';

/** A refusal of the trails room; `code` and `message` go to the client as they are. */
export class TrailError extends Error {
  readonly code: TrailErrorCode;
  constructor(code: TrailErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrailError';
    this.code = code;
  }
}
