import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  GetSessionTokenCommandOutput,
} from '@aws-sdk/client-sts';
import type { RecordShape } from '../../aws/index.ts';
import { toParameters } from '../../event/index.ts';
import { withRecordDates } from '../iam/record-dates.ts';

/**
 * How STS's calls are recorded. CloudTrail counts them as reads, and shows the answers all the same: the token, as
 * AWS does, but never the secret key (which `toParameters` leaves out by name).
 */
export const RECORDS: {
  readonly AssumeRole: RecordShape;
  readonly GetSessionToken: RecordShape;
  readonly GetCallerIdentity: RecordShape;
} = {
  AssumeRole: {
    readOnly: true,
    responseElements: (output: AssumeRoleCommandOutput) => toParameters(withRecordDates(output)),
    resources: ({ RoleArn = '' }: AssumeRoleCommandInput) => {
      const accountId = /^arn:aws:iam::(\d{12}):role\//.exec(RoleArn)?.[1];
      return accountId === undefined ? [] : [{ accountId, type: 'AWS::IAM::Role', ARN: RoleArn }];
    },
  },
  GetSessionToken: {
    readOnly: true,
    responseElements: (output: GetSessionTokenCommandOutput) => toParameters(withRecordDates(output)),
  },
  GetCallerIdentity: { readOnly: true },
};
