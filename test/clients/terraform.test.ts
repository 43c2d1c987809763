import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, type Outcome, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { mirror } from './terraform-mirror.ts';

const guide = join(import.meta.dirname, '..', '..', 'docs', 'guides', 'terraform.md');

describeWith('terraform', works('terraform', '-version') && mirror !== undefined, 'terraform', () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    server = await TestServer.start();
    folder = join(server.folder, 'terraform');
    mkdirSync(folder);
    const installation = `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`;
    writeFileSync(join(folder, 'cli.tfrc'), installation);
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

  test('init finds the provider', async () => {
    writeFileSync(join(folder, 'main.tf'), configuration());
    expect(await terraform('init', '-input=false')).toMatchObject({ status: 0 });
  }, 200_000);

  test('apply makes bucket, policy and a multi-Region trail with basic and insight selectors and tags', async () => {
    const applied = await terraform('apply', '-auto-approve', '-input=false');
    expect(applied, server.output).toMatchObject({ status: 0 });
    expect(applied.stdout).toContain('Apply complete! Resources: 3 added, 0 changed, 0 destroyed.');
    const { Trail } = await server.aws.json(...'cloudtrail get-trail --name audit'.split(' '));
    expect(Trail).toMatchObject({
      IsMultiRegionTrail: true,
      HasCustomEventSelectors: true,
      HasInsightSelectors: true,
    });
  }, 200_000);

  test('a second plan is empty', async () => {
    expect(await terraform('plan', '-detailed-exitcode', '-input=false')).toMatchObject({ status: 0 });
  }, 200_000);

  test('advanced selectors and other tags are applied in place, and the next plan is empty', async () => {
    writeFileSync(
      join(folder, 'main.tf'),
      configuration().replace(basicSelector, advancedSelectors).replace('security', 'audit'),
    );
    const applied = await terraform('apply', '-auto-approve', '-input=false');
    expect(applied).toMatchObject({ status: 0 });
    expect(applied.stdout).toContain('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.');
    expect(await terraform('plan', '-detailed-exitcode', '-input=false')).toMatchObject({ status: 0 });
  }, 300_000);

  test('destroy leaves nothing behind', async () => {
    const destroyed = await terraform('destroy', '-auto-approve', '-input=false');
    expect(destroyed).toMatchObject({ status: 0 });
    expect(destroyed.stdout).toContain('Destroy complete! Resources: 3 destroyed.');
    expect(await server.aws.json('cloudtrail', 'list-trails')).toMatchObject({ Trails: [] });
    expect(await server.aws.text('s3', 'ls')).toBe('');
  }, 200_000);
});

const basicSelector = /^ {2}event_selector \{.*?^ {2}\}$/ms;

const advancedSelectors = `  advanced_event_selector {
    name = "management events that change something"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
    field_selector {
      field  = "readOnly"
      equals = ["false"]
    }
  }
  advanced_event_selector {
    name = "deleted objects"
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field       = "eventName"
      starts_with = ["Delete"]
    }
  }`;

/** The configuration that the guide prints. */
function configuration(): string {
  const match = /<!-- terraform -->\n+```hcl\n(.*?)^```$/ms.exec(readFileSync(guide, 'utf8'));
  if (match?.[1] === undefined)
    throw new Error('docs/guides/terraform.md has no configuration after its mark');
  return match[1];
}
