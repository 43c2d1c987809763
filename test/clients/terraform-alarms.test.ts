import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, type Outcome, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { mirror } from './terraform-mirror.ts';

const guide = join(import.meta.dirname, '..', '..', 'docs', 'guides', 'alarms.md');

describeWith(
  'terraform',
  works('terraform', '-version') && mirror !== undefined,
  'an alarm by terraform',
  () => {
    let server: TestServer;
    let folder: string;

    beforeAll(async () => {
      server = await TestServer.start();
      folder = join(server.folder, 'terraform');
      mkdirSync(folder);
      const installation = `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`;
      writeFileSync(join(folder, 'cli.tfrc'), installation);
      writeFileSync(join(folder, 'main.tf'), configuration(server.url));
    }, 60_000);

    afterAll(async () => {
      await server?.dispose();
    });

    async function terraform(...args: readonly string[]): Promise<Outcome> {
      const env = {
        ...server.env,
        TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc'),
        TF_IN_AUTOMATION: '1',
        CHECKPOINT_DISABLE: '1',
      };
      return await run('terraform', [...args, '-no-color'], { env, cwd: folder, milliseconds: 180_000 });
    }

    // The provider speaks the query protocol.
    test('topic, group, filter and alarm are made, stay as they are, and go', async () => {
      expect(await terraform('init', '-input=false')).toMatchObject({ status: 0 });
      const applied = await terraform('apply', '-auto-approve', '-input=false');
      expect(applied, server.output).toMatchObject({ status: 0 });
      expect(applied.stdout).toContain('Apply complete! Resources: 4 added, 0 changed, 0 destroyed.');
      expect(await terraform('plan', '-detailed-exitcode', '-input=false')).toMatchObject({ status: 0 });
      expect(await terraform('destroy', '-auto-approve', '-input=false')).toMatchObject({ status: 0 });
      expect(await server.aws.json('cloudwatch', 'describe-alarms')).toMatchObject({ MetricAlarms: [] });
    }, 400_000);
  },
);

/** The resources that the guide prints, behind a provider that leads here. */
function configuration(url: string): string {
  const match = /<!-- terraform -->\n+```hcl\n(.*?)^```$/ms.exec(readFileSync(guide, 'utf8'));
  if (match?.[1] === undefined) throw new Error('docs/guides/alarms.md has no configuration after its mark');
  return `
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    cloudwatch = "${url}"
    logs       = "${url}"
    sns        = "${url}"
    sts        = "${url}"
  }
}
${match[1]}`;
}
