import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { AccessOptions } from '../../access.ts';
import { type CliContext, CliError } from '../../context.ts';
import { readTime } from '../../time.ts';
import { type CredentialOptions, withCredentialOptions, writeCredentials } from './credential-options.ts';
import type { Json } from './sources-client.ts';

/** Options that say what a source is; each is a member of the API's form. */
export interface FormOptions extends AccessOptions, CredentialOptions {
  readonly json?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly region?: string;
  readonly s3Endpoint?: string;
  readonly queue?: string;
  readonly topic?: string;
  readonly topicEndpoint?: string;
  readonly addressing?: 'path' | 'virtual';
  readonly from?: string;
  readonly interval?: string;
  readonly charset?: string;
  readonly timezone?: string;
  readonly description?: string;
  readonly repo?: string;
  readonly routingPolicy?: string;
  readonly normalizationPolicy?: string;
  readonly enrichmentPolicy?: string;
  readonly check: boolean;
}

/** Adds them to a command. */
export function withFormOptions(command: Command): Command {
  command
    .option(
      '--json <FILE>',
      "the API's form to start from: an object with name, type and config; - is standard input",
    )
    .option('--bucket <NAME>', 'bucket where the trails deliver')
    .option('--prefix <PREFIX>', 'what stands before AWSLogs/ in its keys')
    .option('--region <REGION>', 'Region of the bucket')
    .option('--s3-endpoint <URL>', 'an S3 other than AWS')
    .option('--queue <URL>', 'SQS queue where the bucket tells of new files; "" takes it away')
    .option('--topic <ARN>', 'SNS topic that posts to this server what is new; "" takes it away')
    .option('--topic-endpoint <URL>', 'where the topic lives, if not in AWS')
    .addOption(
      new Option('--addressing <STYLE>', 'default: virtual for AWS, path for others').choices([
        'path',
        'virtual',
      ]),
    )
    .option('--from <DATE>', 'events from here on, such as 2026-01-31 or -7d')
    .option('--interval <MINUTES>', 'how often the bucket is looked through')
    .option('--charset <NAME>', 'charset of the log files')
    .option('--timezone <ZONE>', 'time zone of dates, such as Europe/Paris')
    .option('--description <TEXT>', 'what it is')
    .option('--repo <NAME>', 'repository that takes the records')
    .option('--routing-policy <NAME>', 'a routing policy instead of one repository')
    .option('--normalization-policy <NAME>', 'a normalization policy')
    .option('--enrichment-policy <NAME>', 'an enrichment policy; "None" takes it away')
    .option('--no-check', 'do not look into the bucket first');
  return withCredentialOptions(command);
}

const NORMALIZER = { name: 'CloudTrailCompiledNormalizer', type: 'compiled' };

/** The form of a new source: what is not said has a default. @throws CliError */
export function newForm(name: string, options: FormOptions, context: CliContext): Json {
  const base = options.json === undefined ? {} : readForm(options.json);
  const form = change(
    {
      name,
      type: 'S3Fetcher',
      vendor_name: 'AWS',
      ...base,
      config: {
        Source: { name, interval: 5, charset: 'utf_8', timezone: 'UTC' },
        Connector: { filter_date: new Date(context.now() - 7 * 86_400_000).toISOString() },
        RoutingPolicy: { routing_criterion: [], catch_all: 'default' },
        NormalizationPolicy: { normalizers: [NORMALIZER] },
        ...membersOf(base.config),
      },
    },
    options,
    context,
  );
  return { ...form, name };
}

/** The form of a source with what the options change. @throws CliError */
export function change(current: Json, options: FormOptions, context: CliContext): Json {
  const config = membersOf(current.config);
  const source = membersOf(config.Source);
  const connector = membersOf(config.Connector);
  const { addressing, s3Endpoint, repo, routingPolicy, normalizationPolicy, enrichmentPolicy } = options;
  const given = (value: unknown, member: string) => (value === undefined ? {} : { [member]: value });
  return {
    ...current,
    ...given(options.description, 'description'),
    config: {
      ...config,
      Source: {
        ...source,
        ...given(options.interval === undefined ? undefined : Number(options.interval), 'interval'),
        ...given(options.charset, 'charset'),
        ...given(options.timezone, 'timezone'),
      },
      Connector: {
        ...writeCredentials(connector, options, context),
        ...given(options.bucket, 'bucket_name'),
        ...given(options.prefix, 'prefix'),
        ...given(options.region, 'region_name'),
        ...given(s3Endpoint, 'endpoint_url'),
        ...given(options.queue, 'queue_url'),
        ...given(options.topic, 'topic_arn'),
        ...given(options.topic === '' ? '' : options.topicEndpoint, 'topic_endpoint_url'),
        ...given(addressing === undefined ? undefined : addressing === 'path', 'path_style'),
        ...given(dateOf(options.from, context), 'filter_date'),
      },
      ...given(repo === undefined ? undefined : { routing_criterion: [], catch_all: repo }, 'RoutingPolicy'),
      ...given(routingPolicy === undefined ? undefined : { policy: routingPolicy }, 'RoutingPolicy'),
      ...given(
        normalizationPolicy === undefined ? undefined : { policy: normalizationPolicy },
        'NormalizationPolicy',
      ),
      ...given(enrichmentPolicy, 'EnrichmentPolicy'),
    },
  };
}

/** A date as it was written, for the server reads it in the source's time zone; `-7d` and `now` are made out here. */
export function dateOf(text: string | undefined, context: CliContext): string | undefined {
  if (text === undefined || !/^(-|now$)/.test(text)) return text;
  return new Date(readTime(text, context.now())).toISOString();
}

function membersOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function readForm(file: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (cause) {
    throw new CliError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  // The body of the API's request, or what is in it.
  const form = membersOf(value);
  return 'data' in form ? membersOf(form.data) : form;
}
