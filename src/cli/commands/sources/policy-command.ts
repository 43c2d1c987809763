import { type Command, Option } from 'commander';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { type CliContext, CliError, write } from '../../context.ts';
import { openSourcesClient } from './sources-client.ts';

interface PolicyOptions extends AccessOptions {
  readonly bucket?: readonly string[];
  readonly kmsKey?: readonly string[];
  readonly partition: string;
  readonly discovery: boolean;
}

/** `sources policy`: the smallest IAM policy with which the sources can be read. */
export function registerPolicy(command: Command, context: CliContext): void {
  withAccessOptions(command.command('policy').description('print the smallest IAM policy that sources need'))
    .argument('[names...]', 'sources that it is for; default: all, unless --bucket names places')
    .option('--bucket <PLACE...>', 'a place that is no source yet, BUCKET or BUCKET/PREFIX; asks no server')
    .option('--kms-key <ARN...>', 'keys with which the buckets are encrypted')
    .option('--no-discovery', 'leave out what finds trails and their state')
    .addOption(
      new Option('--partition <NAME>', 'of the ARNs').choices(['aws', 'aws-cn', 'aws-us-gov']).default('aws'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  npx opentrail sources policy --bucket org-trail/audit > policy.json\n  aws iam put-user-policy --user-name opentrail --policy-name read-trails --policy-document file://policy.json',
    )
    .action(async (names: readonly string[], options: PolicyOptions) => {
      const { readPolicy } = await import('../../../sources/index.ts');
      const places = options.bucket?.map(placeOf) ?? (await placesOf(names, options, context));
      if (places.length === 0)
        throw new CliError('there are no sources: name places with --bucket', { exitCode: 2 });
      const { partition, discovery, kmsKey } = options;
      const policy = readPolicy(places, { partition, discovery, ...(kmsKey && { kmsKeys: kmsKey }) });
      await write(context.out, `${JSON.stringify(policy, null, 2)}\n`);
    });
}

function placeOf(text: string) {
  const [bucket = '', ...rest] = text.split('/');
  return { bucket, prefix: rest.join('/').replace(/\/+$/, '') };
}

async function placesOf(names: readonly string[], options: AccessOptions, context: CliContext) {
  const client = openSourcesClient(options, context);
  const sources =
    names.length === 0 ? await client.list() : await Promise.all(names.map((name) => client.find(name)));
  return sources.map(({ config }) => {
    const { bucket_name, prefix } = config.Connector;
    return { bucket: bucket_name, prefix: typeof prefix === 'string' ? prefix : '' };
  });
}
