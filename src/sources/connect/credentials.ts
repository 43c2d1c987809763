import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import type { Connector, CredentialsKind, SourceSecrets } from '../index.ts';

/** Credentials as the SDK's clients take them. */
export type Credentials = NonNullable<STSClientConfig['credentials']>;

/** The keys that a source needs were never stored, or the role's answer holds none. */
export class CredentialsMissing extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CredentialsMissing';
  }
}

type Role = Extract<CredentialsKind, { readonly kind: 'role' }>;

/**
 * What the clients of a source sign with. Undefined: the SDK's own chain (environment, container, instance role).
 * `none` has no credentials at all and is not asked here.
 */
export function credentialsOf(
  connector: Connector,
  secrets: SourceSecrets,
  requestHandler: NonNullable<STSClientConfig['requestHandler']>,
): Credentials | undefined {
  const kind = connector.credentials;
  switch (kind.kind) {
    case 'keys':
    case 'session':
      return keysOf(kind.accessKeyId, secrets, kind.kind === 'session');
    case 'profile':
      return fromIni({ profile: kind.profile });
    case 'role':
      return roleCredentials(kind, connector.region, secrets, requestHandler);
    case 'instance':
    case 'none':
      return undefined;
  }
}

function keysOf(accessKeyId: string, secrets: SourceSecrets, withToken: boolean) {
  const { secretAccessKey, sessionToken } = secrets;
  if (secretAccessKey === undefined)
    throw new CredentialsMissing('the source has no secret key: set it again');
  if (withToken && sessionToken === undefined) {
    throw new CredentialsMissing('the source has no session token: set it again');
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** Asks for the role anew before its credentials end: the SDK calls the provider again when they are about to. */
function roleCredentials(
  role: Role,
  region: string,
  secrets: SourceSecrets,
  requestHandler: NonNullable<STSClientConfig['requestHandler']>,
): Credentials {
  const { base } = role;
  const credentials =
    base.kind === 'keys'
      ? keysOf(base.accessKeyId, secrets, false)
      : base.kind === 'profile'
        ? fromIni({ profile: base.profile })
        : undefined;
  return async () => {
    const sts = new STSClient({
      region,
      ...(role.stsEndpointUrl !== undefined && { endpoint: role.stsEndpointUrl }),
      ...(credentials && { credentials }),
      requestHandler,
      ignoreConfiguredEndpointUrls: true,
      maxAttempts: 3,
    });
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName ?? 'opentrail',
        ...(role.externalId !== undefined && { ExternalId: role.externalId }),
      }),
    );
    if (!given?.AccessKeyId || !given.SecretAccessKey) {
      throw new CredentialsMissing(`STS answered without credentials for ${role.roleArn}`);
    }
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      ...(given.SessionToken && { sessionToken: given.SessionToken }),
      ...(given.Expiration && { expiration: given.Expiration }),
    };
  };
}
