import { type Command, Option } from 'commander';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { type CliContext, CliError, write } from '../../context.ts';
import { type Json, openSourcesClient, type SourceLine } from './sources-client.ts';

const PARTS = ['read', 'caller', 'trust'] as const;

interface PolicyOptions extends AccessOptions {
  readonly bucket?: readonly string[];
  readonly kmsKey?: readonly string[];
  readonly partition: string;
  readonly discovery: boolean;
  readonly part: (typeof PARTS)[number];
  readonly principal?: string;
}

/** `sources policy`: the smallest IAM policies with which the sources can be read. */
export function registerPolicy(command: Command, context: CliContext): void {
  withAccessOptions(command.command('policy').description('print the smallest IAM policy that sources need'))
    .argument('[names...]', 'sources that it is for; default: all, unless --bucket names places')
    .option('--bucket <PLACE...>', 'a place that is no source yet, BUCKET or BUCKET/PREFIX; asks no server')
    .option('--kms-key <ARN...>', 'keys with which the buckets are encrypted')
    .option('--no-discovery', 'leave out what finds trails and their state')
    .addOption(
      new Option(
        '--part <PART>',
        'read: of who reads, a user or a role; caller: of who asks for the roles; trust: a role says who may ask',
      )
        .choices(PARTS)
        .default('read'),
    )
    .option('--principal <ARN>', 'with --part trust: who asks')
    .addOption(
      new Option('--partition <NAME>', 'of the ARNs').choices(['aws', 'aws-cn', 'aws-us-gov']).default('aws'),
    )
    .addHelpText(
      'after',
      `
Examples:
  npx opentrail sources policy --bucket org-trail/audit > policy.json
  aws iam put-user-policy --user-name opentrail --policy-name read-trails --policy-document file://policy.json
  npx opentrail sources policy prod --part trust --principal arn:aws:iam::444455556666:user/opentrail`,
    )
    .action(async (names: readonly string[], options: PolicyOptions) => {
      const policy = await policyOf(names, options, context);
      await write(context.out, `${JSON.stringify(policy, null, 2)}\n`);
    });
}

async function policyOf(names: readonly string[], options: PolicyOptions, context: CliContext) {
  const { assumePolicy, readPolicy, trustPolicy } = await import('../../../sources/index.ts');
  const { partition, discovery, kmsKey, part, principal } = options;
  const sources = options.bucket && part === 'read' ? [] : await sourcesOf(names, options, context);
  const roles = sources.flatMap(roleOf);
  if (part === 'read') {
    const places = options.bucket?.map(placeOf) ?? sources.map(placeOfSource);
    if (places.length === 0)
      throw new CliError('there are no sources: name places with --bucket', { exitCode: 2 });
    for (const { source, arn } of roles) {
      context.err.write(
        `${source} is read by the role ${arn}: this is its policy. See also --part caller and --part trust\n`,
      );
    }
    return readPolicy(places, { partition, discovery, ...(kmsKey && { kmsKeys: kmsKey }) });
  }
  if (roles.length === 0) throw new CliError('none of these sources is read by a role', { exitCode: 2 });
  if (part === 'caller') return assumePolicy(roles.map(({ arn }) => arn));
  if (principal === undefined) throw new CliError('--part trust needs --principal ARN', { exitCode: 2 });
  if (new Set(roles.map(({ arn }) => arn)).size > 1)
    throw new CliError('these sources are read by several roles: name those of one', { exitCode: 2 });
  return trustPolicy(
    principal,
    roles.flatMap(({ externalId }) => externalId ?? []),
  );
}

function placeOf(text: string) {
  const [bucket = '', ...rest] = text.split('/');
  return { bucket, prefix: rest.join('/').replace(/\/+$/, '') };
}

function placeOfSource({ config }: SourceLine) {
  const { bucket_name: bucket, region_name: region, prefix, queue_url: url } = config.Connector;
  return {
    bucket,
    prefix: typeof prefix === 'string' ? prefix : '',
    ...(typeof url === 'string' && url !== '' && { queue: { url, region } }),
  };
}

function roleOf({ name, config }: SourceLine) {
  const given = config.Connector.credentials;
  const { role_arn: arn, external_id: externalId } = (given ?? {}) as Json;
  if (typeof arn !== 'string') return [];
  return [{ source: name, arn, ...(typeof externalId === 'string' && { externalId }) }];
}

async function sourcesOf(names: readonly string[], options: AccessOptions, context: CliContext) {
  const client = openSourcesClient(options, context);
  return names.length === 0 ? await client.list() : await Promise.all(names.map((name) => client.find(name)));
}
