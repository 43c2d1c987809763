import { existsSync } from 'node:fs';
import {
  type ChainName,
  findStatedBucket,
  type PublicKey,
  type PublicKeySource,
  type TrailStatus,
} from '../../digest/verify/index.ts';
import { mustReadLocalServer } from '../access.ts';
import { type CliContext, CliError } from '../context.ts';
import { openReader } from './open-reader.ts';
import { type AwsAccess, endpointOf, type Place } from './place.ts';
import type { TrailSource } from './trail-source.ts';

/** The options that say what to validate and where it lies. */
export interface TargetOptions {
  readonly trailArn: string;
  readonly s3Bucket?: string;
  readonly s3Prefix?: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly from?: string;
  readonly endpoint?: string;
  readonly dataDir?: string;
}

/** One chain, and everything that is needed to read it. */
export interface Target {
  readonly chain: ChainName;
  readonly place: Place;
  readonly bucket: string;
  readonly prefix?: string;
  readonly keys: PublicKeySource;
  readonly status?: TrailStatus;
}

const ARN = /^arn:.+:cloudtrail:(.+):(\d{12}):trail\/.+/;

/**
 * Finds out where the chain lies: from the options, else from the trail itself.
 *
 * @throws CliError with exit code 255.
 */
export async function resolveTarget(
  options: TargetOptions,
  context: CliContext,
  pinned: readonly PublicKey[] | undefined,
): Promise<Target> {
  const { trailArn } = options;
  if (!ARN.test(trailArn)) throw refuse(`Invalid trail ARN provided: ${trailArn}`);
  const fields = trailArn.split(':');
  const homeRegion = fields[3] ?? '';
  const { env } = context;
  const access = accessOf(options, env);
  const sourceRegion =
    options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || access.region || homeRegion);
  const chain = {
    account: options.accountId ?? fields[4] ?? '',
    trailName: trailArn.split('/').at(-1) ?? '',
    homeRegion,
    sourceRegion,
  };
  const regional = { ...access, region: sourceRegion };
  const from = readFrom(options);
  const place: Place =
    from?.folder !== undefined ? { kind: 'folder', path: from.folder } : { kind: 's3', access: regional };
  // With pinned keys nothing but the bucket is needed, and nothing else is asked.
  const isOffline = pinned !== undefined && (place.kind === 'folder' || from !== undefined);
  const service = isOffline ? undefined : await openService(regional, env);
  const keys: PublicKeySource = pinned ? { keysBetween: async () => pinned } : mustHave(service);
  const lying = await findPlace(options, from, { chain, place, service, env });
  const status = await service?.status(trailArn);
  return {
    chain: { ...chain, ...(lying.organizationId && { organizationId: lying.organizationId }) },
    place,
    bucket: lying.bucket,
    keys,
    ...(lying.prefix !== undefined && { prefix: lying.prefix }),
    ...(status && { status }),
  };
}

interface Lying {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly organizationId?: string;
}

async function findPlace(
  options: TargetOptions,
  from: From | undefined,
  known: {
    readonly chain: ChainName;
    readonly place: Place;
    readonly service: TrailSource | undefined;
    readonly env: CliContext['env'];
  },
): Promise<Lying> {
  const prefix = options.s3Prefix ?? from?.prefix;
  const bucket = options.s3Bucket ?? from?.bucket;
  if (bucket !== undefined) return { bucket, prefix };
  const { chain, place, service, env } = known;
  if (place.kind === 'folder') {
    const found = await findStatedBucket(await openReader(place, env), chain, prefix);
    if (found === undefined)
      throw refuse(`no digest of this trail was found in ${place.path}; name its bucket with --s3-bucket`);
    return { bucket: found, prefix };
  }
  const trail = await mustHave(service).findTrail(options.trailArn);
  if (!trail.isOrganizationTrail) return { bucket: trail.bucket, prefix: trail.prefix };
  if (options.accountId === undefined)
    throw refuse("Missing required parameter for organization trail: '--account-id'");
  const organizationId = await findOrganization(trail.bucket, trail.prefix, place, env);
  return { bucket: trail.bucket, prefix: trail.prefix, organizationId };
}

/** The organization's id stands in the keys; what else the bucket's holder writes there fits no signature. */
async function findOrganization(
  bucket: string,
  prefix: string | undefined,
  place: Place,
  env: CliContext['env'],
): Promise<string> {
  const folder = `${prefix ? `${prefix}/` : ''}AWSLogs/o-`;
  for await (const page of (await openReader(place, env)).list(bucket, folder, '')) {
    const id = page[0]?.key.slice(folder.length - 2).split('/')[0];
    if (id) return id;
  }
  throw refuse(`s3://${bucket} holds no log files of an organization`);
}

interface From {
  readonly folder?: string;
  readonly bucket?: string;
  readonly prefix?: string;
}

function readFrom({ from }: TargetOptions): From | undefined {
  if (from === undefined) return undefined;
  const s3 = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(from);
  if (s3) return { bucket: s3[1] ?? '', ...(s3[2] && { prefix: s3[2] }) };
  if (!existsSync(from)) throw refuse(`there is no folder ${from}`);
  return { folder: from };
}

/** The options, the AWS environment, then a server on this machine. */
export function accessOf(options: TargetOptions, env: CliContext['env']): AwsAccess {
  const endpoint = options.endpoint !== undefined ? { endpoint: options.endpoint } : {};
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (options.dataDir === undefined) {
    if (accessKeyId && secretAccessKey) {
      const token = env.AWS_SESSION_TOKEN;
      return {
        ...endpoint,
        credentials: { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) },
      };
    }
    // Profiles and roles are the SDK's business.
    if (env.AWS_PROFILE || env.AWS_WEB_IDENTITY_TOKEN_FILE) return endpoint;
  }
  try {
    const { url, region, credentials } = mustReadLocalServer(options, env);
    return { endpoint: url, region, credentials, ...endpoint };
  } catch (error) {
    if (options.dataDir !== undefined) throw error;
    return endpoint;
  }
}

/** Loads the AWS SDK only where it is needed. */
async function openService(access: AwsAccess, env: CliContext['env']): Promise<TrailSource> {
  const openWhole = async () => {
    const { createTrailSource } = await import('./trail-source.ts');
    return createTrailSource(access, env);
  };
  const endpoint = endpointOf(access, env, 'CLOUDTRAIL');
  const { credentials, region } = access;
  if (endpoint === undefined || credentials === undefined || region === undefined) return await openWhole();
  const { createPlainTrailSource } = await import('./plain-trail-source.ts');
  return createPlainTrailSource({ endpoint, region, credentials }, openWhole);
}

function mustHave(service: TrailSource | undefined): TrailSource {
  if (service === undefined) throw refuse('no CloudTrail service to ask');
  return service;
}

function refuse(message: string): CliError {
  return new CliError(message, { exitCode: 255 });
}
