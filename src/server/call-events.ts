import { randomUUID } from 'node:crypto';
import type { CallReport } from '../aws/index.ts';
import {
  type AcceptedEvent,
  buildRecord,
  formatEventTime,
  isReadOnlyName,
  toParameters,
  type UserIdentity,
} from '../event/index.ts';
import type { Caller } from '../identity/index.ts';

/** Services without Regions: their events belong to us-east-1. */
const GLOBAL_SERVICES: ReadonlySet<string> = new Set(['iam.amazonaws.com']);

/**
 * The event that a served (or refused) call becomes, or undefined for a call that is not recorded. `anonymousAccount`
 * owns the events of callers without an account.
 */
export function callEvent(report: CallReport, anonymousAccount: string): AcceptedEvent | undefined {
  const { service, operation, call, error } = report;
  const shape = operation.record ?? {};
  const category = shape.category ?? 'Management';
  if (category === false) return undefined;
  const readOnly = shape.readOnly ?? isReadOnlyName(call.operation);
  const input = (report.input ?? {}) as never;
  const output = (report.output ?? {}) as never;
  const account = call.account || anonymousAccount;
  const region = GLOBAL_SERVICES.has(service.eventSource) ? 'us-east-1' : call.region;
  const eventId = randomUUID();
  const additional = shape.additionalEventData?.(input, output, call);
  const resources = report.input === undefined ? undefined : shape.resources?.(input, call);
  const raw = buildRecord({
    eventId,
    requestId: call.requestId,
    eventTime: formatEventTime(call.now),
    userIdentity: userIdentityOf(call.caller),
    eventSource: service.eventSource,
    eventName: shape.eventName ?? call.operation,
    region,
    sourceIp: call.sourceIp,
    userAgent: call.userAgent,
    ...(error && { error: { code: recordedCode(error.code), message: error.message } }),
    requestParameters:
      report.input === undefined
        ? null
        : shape.requestParameters
          ? shape.requestParameters(input, call)
          : toParameters(input),
    responseElements: error
      ? null
      : shape.responseElements
        ? shape.responseElements(output, input, call)
        : readOnly
          ? null
          : toParameters(output),
    ...(additional !== undefined && { additionalEventData: additional }),
    readOnly,
    ...(resources && { resources }),
    category,
    account,
    ...(call.tls && { tls: { ...call.tls, host: call.host } }),
  });
  return { account, region, eventId, time: Math.floor(call.now / 1000) * 1000, category, raw };
}

/** What the wire calls otherwise than the record does. */
const RECORDED_CODES: ReadonlyMap<string, string> = new Map([
  ['AccessDeniedException', 'AccessDenied'],
  ['NoSuchEntity', 'NoSuchEntityException'],
]);

function recordedCode(code: string): string {
  return RECORDED_CODES.get(code) ?? code;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
export function userIdentityOf(caller: Caller): UserIdentity {
  const { principalId, arn, account: accountId, accessKeyId } = caller;
  const key = accessKeyId === undefined ? {} : { accessKeyId };
  switch (caller.kind) {
    case 'root':
      return { type: 'Root', principalId, arn, accountId, ...key, ...sessionOf(caller.sessionCreatedAt) };
    case 'user':
      if (!accountId) return { type: 'AWSAccount', principalId: '', accountId: 'anonymous' };
      return {
        type: 'IAMUser',
        principalId,
        arn,
        accountId,
        ...key,
        userName: caller.userName ?? '',
        ...sessionOf(caller.sessionCreatedAt),
      };
    case 'assumed-role':
      return { type: 'AssumedRole', principalId, arn, accountId, ...key, ...sessionContextOf(caller) };
    case 'service':
      return { type: 'AWSService', invokedBy: arn };
    default:
      return caller.kind satisfies never;
  }
}

/** Of temporary credentials that are nobody's role. */
function sessionOf(creationDate: string | undefined): Pick<UserIdentity, 'sessionContext'> {
  return creationDate === undefined
    ? {}
    : { sessionContext: { attributes: { creationDate, mfaAuthenticated: 'false' } } };
}

function sessionContextOf({ session, account }: Caller): Pick<UserIdentity, 'sessionContext'> {
  if (!session) return {};
  const { arn, principalId, name } = session.role;
  return {
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId, arn, accountId: account, userName: name },
      attributes: { creationDate: session.createdAt, mfaAuthenticated: 'false' },
    },
  };
}
