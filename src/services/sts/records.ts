import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  GetSessionTokenCommandOutput,
} from '@aws-sdk/client-sts';
import type { RecordShape } from '../../aws/index.ts';
import { toParameters } from '../../event/index.ts';

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
    responseElements: (output: AssumeRoleCommandOutput) => elementsOf(output),
    resources: ({ RoleArn = '' }: AssumeRoleCommandInput) => {
      const accountId = /^arn:aws:iam::(\d{12}):role\//.exec(RoleArn)?.[1];
      return accountId === undefined ? [] : [{ accountId, type: 'AWS::IAM::Role', ARN: RoleArn }];
    },
  },
  GetSessionToken: {
    readOnly: true,
    responseElements: (output: GetSessionTokenCommandOutput) => elementsOf(output),
  },
  GetCallerIdentity: { readOnly: true },
};

/** The answer with its one time as `Jan 22, 2021 12:46:28 AM`, UTC. */
function elementsOf(output: AssumeRoleCommandOutput | GetSessionTokenCommandOutput): unknown {
  const { Credentials } = output;
  const expiration = Credentials?.Expiration && EXPIRATION.format(Credentials.Expiration);
  // Node's locale data puts a comma after the year and a narrow space before AM and PM; CloudTrail has neither.
  const Expiration = expiration?.replace(/(\d{4}),/, '$1').replace(/\s/g, ' ');
  return toParameters({ ...output, Credentials: { ...Credentials, Expiration } });
}

const EXPIRATION = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  dateStyle: 'medium',
  timeStyle: 'medium',
});
