import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type CliContext, CliError } from '../../context.ts';
import type { Json } from './sources-client.ts';

/** Options that say as whom, and by which way, a source is reached. */
export interface CredentialOptions {
  readonly accessKey?: string;
  readonly secretKeyFile?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly roleBase?: 'keys' | 'profile' | 'instance';
  readonly stsEndpoint?: string;
  readonly instance?: boolean;
  readonly anonymous?: boolean;
  /** False: `--no-proxy`. */
  readonly proxy?: string | boolean;
  readonly caFile?: string;
  readonly insecureTls?: boolean;
}

/** Where secrets come from: flags show up in process lists. */
export const SECRET_VARIABLES = {
  secret_key: 'OPENTRAIL_SOURCE_SECRET_KEY',
  session_token: 'OPENTRAIL_SOURCE_SESSION_TOKEN',
  password: 'OPENTRAIL_SOURCE_PROXY_PASSWORD',
} as const;

/** Adds them to a command. */
export function withCredentialOptions(command: Command): Command {
  return command
    .option('--access-key <ID>', `access key id; its secret is read from ${SECRET_VARIABLES.secret_key}`)
    .option('--secret-key-file <FILE>', 'or from this file; - is standard input')
    .option('--profile <NAME>', "a profile of the AWS config on the server's machine")
    .option('--role-arn <ARN>', 'a role to assume')
    .option('--external-id <ID>', 'with --role-arn')
    .addOption(
      new Option(
        '--role-base <KIND>',
        'as whom the role is asked for; default: keys, with --profile the profile',
      ).choices(['keys', 'profile', 'instance']),
    )
    .option('--sts-endpoint <URL>', 'with --role-arn: an STS other than AWS')
    .option('--instance', "the server's own credentials: environment, container or instance role")
    .option('--anonymous', 'do not sign: a public bucket')
    .option(
      '--proxy <URL>',
      `forward proxy, http://[user@]host:port; a password in ${SECRET_VARIABLES.password}`,
    )
    .option('--no-proxy', 'no proxy any more')
    .option('--ca-file <FILE>', 'certificates (PEM) to trust instead of the system')
    .option('--insecure-tls', 'take any certificate: whoever is on the way can read and change everything');
}

/** The connector with what the options change. @throws CliError */
export function writeCredentials(connector: Json, options: CredentialOptions, context: CliContext): Json {
  const { access_key, secret_key, session_token, credentials, enable_proxy, tls, ...rest } = connector;
  const kept = { access_key, secret_key, session_token, credentials };
  const identity = identityOf(options, context) ?? kept;
  const proxy = proxyOf(options, context) ?? enable_proxy;
  return Object.fromEntries(
    Object.entries({ ...rest, ...identity, enable_proxy: proxy, tls: tlsOf(options) ?? tls }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function identityOf(options: CredentialOptions, { env }: CliContext): Json | undefined {
  const { accessKey, profile, roleArn, externalId, roleBase, stsEndpoint, instance, anonymous } = options;
  const keys = (): Json => ({
    ...(accessKey !== undefined && { access_key: accessKey }),
    secret_key: secretOf(options, env),
  });
  if (roleArn !== undefined) {
    const base = roleBase ?? (profile === undefined ? 'keys' : 'profile');
    return {
      ...(base === 'keys' && keys()),
      credentials: {
        type: 'role',
        role_arn: roleArn,
        external_id: externalId,
        sts_endpoint_url: stsEndpoint,
        base,
        ...(base === 'profile' && { profile }),
      },
    };
  }
  if (profile !== undefined) return { credentials: { type: 'profile', profile } };
  if (instance) return { credentials: { type: 'instance' } };
  if (anonymous) return { credentials: { type: 'none' } };
  if (accessKey === undefined) return undefined;
  const token = env[SECRET_VARIABLES.session_token];
  return { ...keys(), ...(token && { session_token: token }) };
}

function secretOf({ secretKeyFile }: CredentialOptions, env: CliContext['env']): string | undefined {
  if (secretKeyFile === undefined) return env[SECRET_VARIABLES.secret_key] || undefined;
  return readText(secretKeyFile).trim();
}

function proxyOf({ proxy }: CredentialOptions, { env }: CliContext): Json | undefined {
  if (proxy === false) return { status: false };
  if (typeof proxy !== 'string') return undefined;
  if (!URL.canParse(proxy))
    throw new CliError(`--proxy ${proxy} is not a URL such as http://proxy:3128`, { exitCode: 2 });
  const url = new URL(proxy);
  if (url.password !== '') {
    throw new CliError(`--proxy must hold no password: put it into ${SECRET_VARIABLES.password}`, {
      exitCode: 2,
    });
  }
  const password = env[SECRET_VARIABLES.password];
  return {
    status: true,
    IP: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    protocol: url.protocol.replace(':', ''),
    ...(url.username !== '' && { username: decodeURIComponent(url.username), ...(password && { password }) }),
  };
}

function tlsOf({ caFile, insecureTls }: CredentialOptions): Json | undefined {
  if (caFile === undefined && insecureTls === undefined) return undefined;
  return {
    ...(caFile !== undefined && { ca: readText(caFile) }),
    ...(insecureTls && { insecure: true }),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new CliError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}
