import { type Command, Option } from 'commander';
import { type AccessOptions, findAccess, withAccessOptions } from '../../access.ts';
import { type CliContext, CliError, write } from '../../context.ts';
import { NOTICE_WAYS, type NoticeWay, noticeSetup } from './notice-setup.ts';
import { openSourcesClient } from './sources-client.ts';

interface NoticesOptions extends AccessOptions {
  readonly way: NoticeWay;
  readonly url?: string;
}

/** `sources notices`: how a bucket is made to tell of new files. */
export function registerNotices(command: Command, context: CliContext): void {
  withAccessOptions(
    command.command('notices').description('print the commands that let a bucket tell of new files at once'),
  )
    .argument('<name>', 'name or id')
    .addOption(new Option('--way <WAY>', 'by which way').choices(NOTICE_WAYS).default('sqs'))
    .option('--url <URL>', 'where AWS reaches this server, for topics and EventBridge; default: its endpoint')
    .addHelpText(
      'after',
      `
The commands change the account of the bucket; this one only prints them. A queue needs no way in to this server; a
topic and EventBridge post to it.

Examples:
  npx opentrail sources notices prod
  npx opentrail sources notices prod --way sns --url https://trail.example.com`,
    )
    .action(async (name: string, options: NoticesOptions) => {
      const { id, name: found, config } = await openSourcesClient(options, context).find(name);
      const { isAwsEndpoint } = await import('../../../sources/connect/index.ts');
      const {
        bucket_name: bucket,
        region_name: region,
        endpoint_url: endpointUrl,
        prefix,
      } = config.Connector;
      const url = options.url ?? findAccess(options, context.env).url;
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
        throw new CliError('--url must be an http:// or https:// address', { exitCode: 2 });
      }
      const script = noticeSetup(options.way, {
        ...{ id, name: found, bucket, region, url: url.replace(/\/+$/, '') },
        prefix: typeof prefix === 'string' ? prefix : '',
        ...(!isAwsEndpoint(endpointUrl) && { endpointUrl }),
      });
      await write(context.out, script);
    });
}
