import type { Command } from 'commander';
import type { Discovered, Discovery } from '../../../sources/discover/index.ts';
import type { SourceSecrets } from '../../../sources/index.ts';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { columns, timeCell } from '../../columns.ts';
import { type CliContext, CliError, write } from '../../context.ts';
import {
  type CredentialOptions,
  SECRET_VARIABLES,
  withCredentialOptions,
  writeCredentials,
} from './credential-options.ts';
import { newForm } from './form-options.ts';
import { type Json, openSourcesClient, type SourceLine, type SourcesClient } from './sources-client.ts';

interface DiscoverOptions extends AccessOptions, CredentialOptions {
  readonly regions: readonly string[];
  readonly awsEndpoint?: string;
  readonly from?: string;
  readonly add?: boolean;
  readonly json?: boolean;
  readonly check: boolean;
}

/** `sources discover`: what an account alone tells of its trails; shown, or added as sources. */
export function registerDiscover(command: Command, context: CliContext): void {
  withAccessOptions(
    withCredentialOptions(
      command
        .command('discover')
        .description('find the buckets of an AWS account from its trails; --add makes them sources'),
    ),
  )
    .option('--regions <REGIONS...>', 'Regions to look in; multi-Region trails are seen from any one', [
      'us-east-1',
    ])
    .option('--aws-endpoint <URL>', 'an endpoint of all services instead of AWS')
    .option('--from <DATE>', 'with --add: events from here on, such as 2026-01-31; default -7d')
    .option('--add', 'make a source of each place that is none yet')
    .option('--json', 'as JSON')
    .option('--no-check', 'with --add: do not look into the buckets first')
    .addHelpText(
      'after',
      `
Without an option that says as whom, the AWS SDK's own chain is used here, and --instance on the server.

Examples:
  npx opentrail sources discover --profile audit
  npx opentrail sources discover --add --role-arn arn:aws:iam::111111111111:role/audit --role-base instance --regions eu-west-1 us-east-1`,
    )
    .action(async (options: DiscoverOptions) => {
      const given = writeCredentials({}, options, context);
      const isNamed = 'access_key' in given || 'credentials' in given;
      const connector = isNamed ? given : { ...given, credentials: { type: 'instance' } };
      const discovery = await look(connector, options, context);
      if (options.json) await write(context.out, `${JSON.stringify(discovery, null, 2)}\n`);
      else await show(discovery, context);
      if (options.add) await addAll(discovery, connector, options, context);
    });
}

/** Asks AWS from here, as the sources will from the server. */
async function look(connector: Json, options: DiscoverOptions, context: CliContext): Promise<Discovery> {
  const { createSourceConnect } = await import('../../../sources/connect/index.ts');
  const { readSource } = await import('../../../sources/form/index.ts');
  const { discover } = await import('../../../sources/discover/index.ts');
  const [region = 'us-east-1'] = options.regions;
  const form = newForm('discovery', { check: false, from: 'now' }, context);
  const config = form.config as Json;
  const whole = { bucket_name: 'discovery', region_name: region, filter_date: '2020-01-01', ...connector };
  const read = readSource(
    { ...form, config: { ...config, Connector: whole } },
    {
      repoExists: () => true,
      policyExists: () => true,
      normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }],
      isAllowedAddress: () => true,
      checkEnrichment: () => [],
      checkMapping: () => [],
    },
  );
  if (read.kind === 'refused') {
    const words = read.faults
      .map(({ at, message }) => `${at.replace('config.Connector.', '')} ${message}`)
      .join('; ');
    throw new CliError(`${words} (secrets come from ${Object.values(SECRET_VARIABLES).join(', ')})`, {
      exitCode: 2,
    });
  }
  const secrets: SourceSecrets = read.policy.secrets;
  // On the user's own machine, and to addresses that he names himself.
  const client = createSourceConnect({ isAllowed: () => true }).shared(read.policy, secrets);
  const { awsEndpoint: endpoint, regions } = options;
  try {
    return await discover({ client, regions, ...(endpoint !== undefined && { endpoint }) });
  } catch (error) {
    const { name, message } = error as Error;
    throw new CliError(`the trails of the account cannot be listed: ${name}: ${message}`, { cause: error });
  }
}

async function show(
  { places, skipped, organization, notes }: Discovery,
  { out, err }: CliContext,
): Promise<void> {
  const rows = places.flatMap((place) =>
    place.trails.map((trail) => [
      place.prefix === '' ? place.bucket : `${place.bucket}/${place.prefix}`,
      place.region,
      trail.name,
      [
        trail.isMultiRegion ? 'multi-Region' : trail.homeRegion,
        ...(trail.isOrganization ? ['organization'] : []),
        ...(trail.hasDigests ? ['digests'] : []),
        ...(trail.kmsKeyId === undefined ? [] : ['encrypted']),
      ].join(', '),
      trail.deliveryError ?? timeCell(trail.lastDelivery),
    ]),
  );
  if (rows.length > 0)
    await write(out, columns([['BUCKET', 'REGION', 'TRAIL', 'KIND', 'LAST DELIVERY'], ...rows]));
  for (const { name, bucket, reason } of skipped) {
    err.write(`skipped trail ${name}${bucket === undefined ? '' : ` (bucket ${bucket})`}: ${reason}\n`);
  }
  if (organization) {
    const { id, managementAccount, accounts } = organization;
    const count = accounts ? `, ${accounts.length} accounts` : '';
    err.write(`organization ${id}, management account ${managementAccount}${count}\n`);
  }
  for (const note of notes) err.write(`${note}\n`);
  if (places.length === 0) err.write('no trail delivers anywhere that could be read\n');
}

async function addAll(
  { places }: Discovery,
  connector: Json,
  options: DiscoverOptions,
  context: CliContext,
): Promise<void> {
  const client = openSourcesClient(options, context);
  const known = await client.list();
  const names = new Set(known.map(({ name }) => name));
  for (const place of places) {
    const there = known.find((source) => isSame(source, place));
    if (there) {
      context.err.write(`${place.bucket} is the source ${there.name} already\n`);
      continue;
    }
    await addOne(place, connector, names, client, options, context);
  }
}

async function addOne(
  place: Discovered,
  connector: Json,
  names: Set<string>,
  client: SourcesClient,
  options: DiscoverOptions,
  context: CliContext,
): Promise<void> {
  const { bucket, prefix, region, trails } = place;
  const name = freeName(trails[0]?.name ?? bucket, names);
  names.add(name);
  const form = newForm(
    name,
    {
      check: options.check,
      bucket,
      region,
      ...(prefix !== '' && { prefix }),
      ...(options.awsEndpoint !== undefined && { s3Endpoint: options.awsEndpoint }),
      ...(options.from !== undefined && { from: options.from }),
      description: `found by discovery: ${trails.map(({ arn }) => arn).join(', ')}`.slice(0, 4_000),
    },
    context,
  );
  const config = form.config as Json;
  const whole = {
    ...form,
    config: { ...config, Connector: { ...(config.Connector as Json), ...connector } },
  };
  const check = options.check ? '?check=connection' : '';
  const { message } = await client.order('POST', `/LogSources${check}`, whole);
  await write(context.out, `${message}\n`);
}

function isSame({ config }: SourceLine, { bucket, prefix }: Discovered): boolean {
  const { bucket_name, prefix: known } = config.Connector;
  return bucket_name === bucket && (known ?? '') === prefix;
}

function freeName(wanted: string, names: ReadonlySet<string>): string {
  if (!names.has(wanted)) return wanted;
  for (let number = 2; ; number++) {
    const name = `${wanted}-${number}`;
    if (!names.has(name)) return name;
  }
}
