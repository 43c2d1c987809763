import type { Command } from 'commander';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { type CliContext, write } from '../../context.ts';
import { change, type FormOptions, newForm, withFormOptions } from './form-options.ts';
import { openSourcesClient } from './sources-client.ts';

/** `sources add`, `edit` and `remove`. */
export function registerEdits(command: Command, context: CliContext): void {
  withAccessOptions(withFormOptions(command.command('add').description('collect from a bucket')))
    .argument('<name>', 'what the source is to be called')
    .addHelpText(
      'after',
      `
Examples:
  OPENTRAIL_SOURCE_SECRET_KEY=… npx opentrail sources add prod --bucket prod-trail --region eu-west-1 --access-key AKIA…
  npx opentrail sources add org --bucket org-trail --region us-east-1 --role-arn arn:aws:iam::111111111111:role/audit --external-id x1 --role-base instance
  npx opentrail sources add minio --bucket logs --region us-east-1 --s3-endpoint https://minio.example --profile minio --from 2026-01-01`,
    )
    .action(async (name: string, options: FormOptions) => {
      const client = openSourcesClient(options, context);
      const { message } = await client.order('POST', pathOf('', options), newForm(name, options, context));
      await write(context.out, `${message}\n`);
    });

  withAccessOptions(
    withFormOptions(command.command('edit').description('change a source; what is not said stays')),
  )
    .argument('<name>', 'name or id')
    .option('--new-name <NAME>', 'what it is to be called from now on')
    .addHelpText('after', '\nExample:\n  npx opentrail sources edit prod --interval 15 --repo production')
    .action(async (name: string, options: FormOptions & { readonly newName?: string }) => {
      const client = openSourcesClient(options, context);
      const current = await client.find(name);
      const form = change(current, options, context);
      const data = options.newName === undefined ? form : { ...form, name: options.newName };
      const { message } = await client.order('PUT', pathOf(`/${current.id}`, options), data);
      await write(context.out, `${message}\n`);
    });

  withAccessOptions(command.command('remove').description('end a source; what was collected stays'))
    .argument('<name>', 'name or id')
    .action(async (name: string, options: AccessOptions) => {
      const client = openSourcesClient(options, context);
      const { id } = await client.find(name);
      await client.order('DELETE', `/LogSources/${id}`);
      await write(context.out, `removed ${name}\n`);
    });
}

function pathOf(id: string, { check }: { readonly check: boolean }): string {
  return `/LogSources${id}${check ? '?check=connection' : ''}`;
}
