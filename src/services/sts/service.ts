import * as client from '@aws-sdk/client-sts';
import {
  type CallContext,
  defineService,
  type Handlers,
  type Service,
  ServiceError,
} from '../../aws/index.ts';
import type { Identity, Session } from '../../identity/index.ts';
import { RECORDS } from './records.ts';

/** What STS needs of the house. */
export interface StsDependencies {
  readonly identity: Identity;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Codes and HTTP status; https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors */
const ERRORS: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['ExpiredTokenException', 400],
  ['LimitExceeded', 400],
  ['MalformedPolicyDocument', 400],
  ['NoSuchEntity', 400],
  ['PackedPolicyTooLarge', 400],
  ['ValidationError', 400],
]);

/** The identity of the caller, and temporary credentials; the federated operations answer not implemented. */
export function createStsService(dependencies: StsDependencies): Service {
  return defineService({
    client,
    signingNames: ['sts'],
    protocol: 'awsQuery',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    apiVersion: '2011-06-15',
    iamPrefix: 'sts',
    eventSource: 'sts.amazonaws.com',
    errors: ERRORS,
    handlers: handlersOf(dependencies),
    // AssumeRole asks the role's trust policy and the caller's in one; the others need no permission on AWS either.
    open: ['AssumeRole', 'GetCallerIdentity', 'GetSessionToken'],
    records: RECORDS,
  });
}

function handlersOf({ identity }: StsDependencies) {
  return {
    async GetCallerIdentity(_, { caller }) {
      return { UserId: caller.principalId, Account: caller.account, Arn: caller.arn };
    },

    async AssumeRole(input, call) {
      refuseUnbuilt(input);
      const { session, arn, assumedRoleId, policySize } = await identity.assumeRole({
        caller: call.caller,
        roleArn: input.RoleArn ?? '',
        sessionName: input.RoleSessionName ?? '',
        duration: input.DurationSeconds,
        policy: input.Policy,
        policyArns: input.PolicyArns?.map(({ arn }) => arn ?? ''),
        context: conditionsOf(call, input.ExternalId),
      });
      return {
        Credentials: credentialsOf(session),
        AssumedRoleUser: { AssumedRoleId: assumedRoleId, Arn: arn },
        // Percent of what AWS lets a packed policy be; ours are not packed.
        ...(policySize > 0 && { PackedPolicySize: Math.min(100, Math.ceil((policySize / 2_048) * 100)) }),
      };
    },

    async GetSessionToken({ DurationSeconds = 43_200, SerialNumber, TokenCode }, { caller }) {
      if (SerialNumber !== undefined || TokenCode !== undefined) {
        throw new ServiceError(
          'AccessDenied',
          'MultiFactorAuthentication failed with invalid MFA one time pass code.',
        );
      }
      // Root gets an hour at most, whatever it asks for.
      const most = caller.kind === 'root' ? 3_600 : 129_600;
      if (DurationSeconds < 900 || DurationSeconds > 129_600) {
        const bound = DurationSeconds < 900 ? 'greater than or equal to 900' : 'less than or equal to 129600';
        throw new ServiceError(
          'ValidationError',
          `1 validation error detected: Value '${DurationSeconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${bound}`,
        );
      }
      const session = await identity.createSelfSession(caller, Math.min(DurationSeconds, most));
      return { Credentials: credentialsOf(session) };
    },

    async GetAccessKeyInfo({ AccessKeyId = '' }) {
      const owner = identity.ownerOfAccessKey(AccessKeyId);
      if (!owner) throw new ServiceError('ValidationError', 'Invalid AccessKeyId');
      return { Account: owner.account };
    },
  } satisfies Handlers<typeof client>;
}

/** What would change the meaning of a session, and is not built, is refused rather than passed over. */
function refuseUnbuilt(input: client.AssumeRoleCommandInput): void {
  const unbuilt = (
    ['SerialNumber', 'TokenCode', 'SourceIdentity', 'ProvidedContexts', 'Tags', 'TransitiveTagKeys'] as const
  ).find((member) => {
    const value = input[member];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (!unbuilt) return;
  throw new ServiceError(
    'NotImplemented',
    `${unbuilt} of AssumeRole is not built in this version of opentrail`,
    {
      status: 501,
    },
  );
}

function credentialsOf(session: Session): client.Credentials {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secret,
    SessionToken: session.token,
    Expiration: new Date(session.expiresAt),
  };
}

function conditionsOf(call: CallContext, externalId: string | undefined): Record<string, string> {
  return {
    'aws:SourceIp': call.sourceIp,
    'aws:SecureTransport': String(call.tls !== undefined),
    'aws:UserAgent': call.userAgent,
    'aws:RequestedRegion': call.region,
    ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
  };
}
