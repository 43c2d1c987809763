import type {
  GetObjectLockConfigurationOutput,
  GetObjectLockConfigurationRequest,
  ObjectLockRule,
  PutObjectLockConfigurationOutput,
  PutObjectLockConfigurationRequest,
} from '@aws-sdk/client-s3';
import type { BucketLock } from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { isRetentionMode } from './lock-members.ts';

/** A hundred years, S3's bound for default retentions. */
const MOST_DAYS = 36_500;
const MOST_YEARS = 100;

/**
 * Object lock of buckets. Unlike on AWS it can be switched on without versioning, which buckets do not have here; once
 * on it stays on (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html).
 */
export function lockConfigurationOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    [
      'PutObjectLockConfiguration',
      bucketOperation<PutObjectLockConfigurationRequest, PutObjectLockConfigurationOutput>(
        deps,
        's3:PutBucketObjectLockConfiguration',
        async (input, _call, bucket) => {
          const configuration = input.ObjectLockConfiguration;
          if (configuration?.ObjectLockEnabled !== 'Enabled') throw malformed();
          const objectLock = readRule(configuration.Rule);
          await deps.objects.changeBucket(bucket.name, (config) => ({ ...config, objectLock }));
          return {};
        },
        {
          eventName: 'PutBucketObjectLockConfiguration',
          recordBody: ({ ObjectLockConfiguration: configuration }) => ({
            ObjectLockConfiguration: {
              xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/',
              ...configuration,
            },
          }),
        },
      ),
    ],
    [
      'GetObjectLockConfiguration',
      bucketOperation<GetObjectLockConfigurationRequest, GetObjectLockConfigurationOutput>(
        deps,
        's3:GetBucketObjectLockConfiguration',
        async (_input, _call, { name, config: { objectLock } }) => {
          if (!objectLock) {
            throw s3Error(
              'ObjectLockConfigurationNotFoundError',
              'Object Lock configuration does not exist for this bucket',
              { BucketName: name },
            );
          }
          const rule = objectLock.defaultRetention;
          return {
            ObjectLockConfiguration: {
              ObjectLockEnabled: 'Enabled',
              ...(rule && {
                Rule: {
                  DefaultRetention: {
                    Mode: rule.mode,
                    ...(rule.unit === 'days' ? { Days: rule.count } : { Years: rule.count }),
                  },
                },
              }),
            },
          };
        },
        { eventName: 'GetBucketObjectLockConfiguration' },
      ),
    ],
  ];
}

function readRule(rule: ObjectLockRule | undefined): BucketLock {
  if (rule === undefined) return {};
  const { Mode: mode, Days: days, Years: years } = rule.DefaultRetention ?? {};
  if (!isRetentionMode(mode) || (days === undefined) === (years === undefined)) throw malformed();
  const unit = days === undefined ? 'years' : 'days';
  const count = days ?? years ?? 0;
  if (!Number.isInteger(count) || count < 1) {
    throw s3Error('InvalidArgument', 'Default retention period must be a positive integer value.');
  }
  if (count > (unit === 'days' ? MOST_DAYS : MOST_YEARS)) {
    throw s3Error('InvalidArgument', `Default retention period too large; maximum is ${MOST_DAYS} days.`);
  }
  return { defaultRetention: { mode, unit, count } };
}

function malformed() {
  return s3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
