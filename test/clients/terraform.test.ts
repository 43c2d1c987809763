import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from './server.ts';
import { configurationOf, describeTerraform, Terraform } from './terraform.ts';

const guide = configurationOf('docs/guides/terraform.md');

describeTerraform('a trail by terraform', () => {
  let server: TestServer;
  let terraform: Terraform;

  beforeAll(async () => {
    server = await TestServer.start();
    terraform = new Terraform(server);
    terraform.write('main.tf', guide);
    await terraform.init();
  }, 200_000);
  afterAll(async () => {
    await server?.dispose();
  });

  test('apply makes bucket, policy and a multi-Region trail with basic and insight selectors and tags', async () => {
    expect(await terraform.apply()).toContain('Apply complete! Resources: 3 added, 0 changed, 0 destroyed.');
    const { Trail } = await server.aws.json(...'cloudtrail get-trail --name audit'.split(' '));
    expect(Trail).toMatchObject({
      IsMultiRegionTrail: true,
      HasCustomEventSelectors: true,
      HasInsightSelectors: true,
    });
  }, 200_000);

  test('a second plan is empty', async () => {
    await terraform.expectNothingToDo();
  }, 200_000);

  test('advanced selectors and other tags are applied in place, and the next plan is empty', async () => {
    terraform.write('main.tf', guide.replace(basicSelector, advancedSelectors).replace('security', 'audit'));
    expect(await terraform.apply()).toContain('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.');
    await terraform.expectNothingToDo();
  }, 300_000);

  test('destroy leaves nothing behind', async () => {
    expect(await terraform.destroy()).toContain('Destroy complete! Resources: 3 destroyed.');
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
