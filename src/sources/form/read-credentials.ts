import type { CredentialsKind, SourceSecrets } from '../index.ts';
import { Body, isMembers } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';
import { needForm, readEndpoint } from './read-values.ts';

/** What a form says about credentials. */
export interface CredentialsForm {
  readonly kind: CredentialsKind;
  readonly secrets: SourceSecrets;
}

const KINDS = ['keys', 'session', 'profile', 'role', 'instance', 'none'] as const;
const KNOWN = [
  'type',
  'profile',
  'role_arn',
  'external_id',
  'session_name',
  'sts_endpoint_url',
  'base',
] as const;
const KEY_ID = { pattern: /^[\x21-\x7e]{3,128}$/, expected: '3 to 128 characters without spaces' };
const ROLE_ARN = {
  pattern: /^arn:[a-z0-9-]+:iam::\d{12}:role\/[\x21-\x7e]{1,512}$/,
  expected: 'the ARN of a role',
};
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/**
 * Reads `access_key` and `secret_key` (mandatory, as in the API's table), `session_token`, and `credentials`, which is
 * ours: another way than keys of its own, named by `type`.
 */
export function readCredentials(connector: Body, checks: FormChecks): CredentialsForm | undefined {
  const given = connector.own('credentials');
  if (given !== undefined && given !== null && !isMembers(given)) {
    return connector.fault('credentials', `must be an object whose type is one of ${KINDS.join(', ')}`);
  }
  const body = new Body(given ?? {}, connector.place('credentials'), connector.faults);
  body.refuseUnknown(KNOWN);
  const word = body.own('type') ?? (connector.own('session_token') === undefined ? 'keys' : 'session');
  const type = KINDS.find((kind) => kind === word);
  switch (type) {
    case 'keys':
    case 'session': {
      const keys = readKeys(connector, checks, type === 'session');
      return { kind: { kind: type, accessKeyId: keys.accessKeyId }, secrets: keys.secrets };
    }
    case 'profile':
      refuseKeys(connector, type);
      return {
        kind: { kind: 'profile', profile: body.need('profile', 128) ?? '' },
        secrets: {},
      };
    case 'role':
      return readRole(connector, body, checks);
    case 'instance':
    case 'none':
      refuseKeys(connector, type);
      return { kind: { kind: type }, secrets: {} };
    default:
      return body.fault('type', `must be one of ${KINDS.join(', ')}`);
  }
}

function readRole(connector: Body, body: Body, checks: FormChecks): CredentialsForm {
  const roleArn = needForm(body, 'role_arn', ROLE_ARN) ?? '';
  const externalId = body.text('external_id', 1_224);
  if (externalId !== undefined && !EXTERNAL_ID.test(externalId)) {
    body.fault('external_id', 'must be 2 to 1224 letters, digits and +=,.@:/-_');
  }
  const sessionName = body.text('session_name', 64);
  if (sessionName !== undefined && !SESSION_NAME.test(sessionName)) {
    body.fault('session_name', 'must be 2 to 64 letters, digits and +=,.@-_');
  }
  const stsEndpointUrl = readEndpoint(body, 'sts_endpoint_url', checks);
  const role = {
    kind: 'role' as const,
    roleArn,
    ...(externalId !== undefined && { externalId }),
    ...(sessionName !== undefined && { sessionName }),
    ...(stsEndpointUrl !== undefined && { stsEndpointUrl }),
  };
  const base = body.own('base') ?? 'keys';
  if (base === 'instance' || base === 'profile') {
    refuseKeys(connector, `base ${base}`);
    if (base === 'instance') return { kind: { ...role, base: { kind: 'instance' } }, secrets: {} };
    const profile = body.need('profile', 128) ?? '';
    return { kind: { ...role, base: { kind: 'profile', profile } }, secrets: {} };
  }
  if (base !== 'keys') body.fault('base', 'must be keys, profile or instance');
  const { accessKeyId, secrets } = readKeys(connector, checks, false);
  return { kind: { ...role, base: { kind: 'keys', accessKeyId } }, secrets };
}

function readKeys(connector: Body, checks: FormChecks, withToken: boolean) {
  const accessKeyId = needForm(connector, 'access_key', KEY_ID) ?? '';
  const mayStay =
    checks.current !== undefined && accessKeyIdOf(checks.current.connector.credentials) === accessKeyId;
  const need = (name: string, max: number) =>
    mayStay ? connector.text(name, max) : connector.need(name, max);
  const secretAccessKey = need('secret_key', 256);
  if (secretAccessKey !== undefined && !/^[\x21-\x7e]+$/.test(secretAccessKey)) {
    connector.fault('secret_key', 'must be characters without spaces');
  }
  const sessionToken = withToken ? need('session_token', 8_192) : undefined;
  if (!withToken && connector.own('session_token') !== undefined) {
    connector.fault('session_token', 'is without effect here: credentials.type must be session');
  }
  return {
    accessKeyId,
    secrets: {
      ...(secretAccessKey !== undefined && { secretAccessKey }),
      ...(sessionToken !== undefined && { sessionToken }),
    },
  };
}

/** The access key by which the source's secret key goes. */
export function accessKeyIdOf(kind: CredentialsKind): string | undefined {
  if (kind.kind === 'role') return kind.base.kind === 'keys' ? kind.base.accessKeyId : undefined;
  return kind.kind === 'keys' || kind.kind === 'session' ? kind.accessKeyId : undefined;
}

function refuseKeys(connector: Body, type: string): void {
  for (const name of ['access_key', 'secret_key', 'session_token']) {
    const value = connector.own(name);
    if (value === undefined || value === null || value === '') continue;
    connector.fault(name, `is without effect with credentials of ${type}: leave it out`);
  }
}
