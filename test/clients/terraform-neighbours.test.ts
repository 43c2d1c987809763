import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTrailBucket } from './bucket.ts';
import { TestServer } from './server.ts';
import { configurationOf, describeTerraform, Terraform } from './terraform.ts';

// What the guides print for log groups and alarms, and subscriptions of all kinds: a module each, applied at once,
// because Terraform takes longer to start than to do.
describeTerraform('log groups, alarms and subscriptions by terraform', () => {
  let server: TestServer;
  let terraform: Terraform;

  beforeAll(async () => {
    server = await TestServer.start({ flags: ['--smtp-url', 'smtp://127.0.0.1:9'] });
    await makeTrailBucket(server.aws, 'my-trail-logs');
    terraform = new Terraform(server);
    terraform.write('main.tf', main(server.url));
    terraform.write('logs/main.tf', configurationOf('docs/guides/cloudwatch-logs.md'));
    // Both guides speak of the one group that a trail writes to.
    const alarms = configurationOf('docs/guides/alarms.md').replace(
      '"CloudTrail/logs"',
      '"CloudTrail/alarms"',
    );
    terraform.write('alarms/main.tf', alarms);
    const filter = 'filter_policy = jsonencode({ detail = { user = [{ prefix = "a" }] } })';
    terraform.write('subscriptions/main.tf', subscriptions(`${filter}\nfilter_policy_scope = "MessageBody"`));
    await terraform.init();
  }, 200_000);
  afterAll(async () => {
    await server?.dispose();
  });

  test('are made, and stay as they are', async () => {
    // The role and its policy come in any order: the provider tries again while access is denied.
    expect(await terraform.apply()).toContain('Apply complete! Resources: 13 added, 0 changed, 0 destroyed.');
    await terraform.expectNothingToDo();
    const { MetricAlarms } = await server.aws.json('cloudwatch', 'describe-alarms');
    expect(MetricAlarms).toMatchObject([{ AlarmName: 'RootUse' }]);
    const { metricFilters } = await server.aws.json('logs', 'describe-metric-filters');
    expect(metricFilters).toMatchObject([{ filterName: 'RootUse' }, { filterName: 'RootUsage' }]);
  }, 300_000);

  test('are changed in place', async () => {
    terraform.write('subscriptions/main.tf', subscriptions(''));
    expect(await terraform.apply()).toContain('Resources: 0 added, 1 changed, 0 destroyed.');
    await terraform.expectNothingToDo();
  }, 300_000);

  test('go, and leave nothing behind', async () => {
    expect(await terraform.destroy()).toContain('Destroy complete! Resources: 13 destroyed.');
    expect(await server.aws.json('cloudwatch', 'describe-alarms')).toMatchObject({ MetricAlarms: [] });
    expect(await server.aws.json('logs', 'describe-log-groups')).toEqual({ logGroups: [] });
    expect(await server.aws.json('sns', 'list-topics')).toEqual({ Topics: [] });
    expect(await server.aws.json('cloudtrail', 'list-trails')).toMatchObject({ Trails: [] });
  }, 200_000);
});

/** A provider that leads to the server, and the modules. */
function main(url: string): string {
  const services = ['s3', 'iam', 'sts', 'cloudtrail', 'logs', 'cloudwatch', 'sns'];
  return `terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"
  endpoints {
${services.map((name) => `    ${name} = "${url}"`).join('\n')}
  }
}

${['logs', 'alarms', 'subscriptions'].map((name) => `module "${name}" {\n  source = "./${name}"\n}`).join('\n')}
`;
}

function subscriptions(filter: string): string {
  return `
resource "aws_sns_topic" "notices" {
  name              = "notices"
  display_name      = "Notices"
  signature_version = 2
  delivery_policy = jsonencode({
    http = {
      defaultHealthyRetryPolicy = {
        minDelayTarget = 20, maxDelayTarget = 20, numRetries = 3, numMaxDelayRetries = 0,
        numNoDelayRetries = 0, numMinDelayRetries = 0, backoffFunction = "linear"
      }
      disableSubscriptionOverrides = false
    }
  })
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.notices.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:us-east-1:123456789012:notices"
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:notices" })
  ${filter}
}

resource "aws_sns_topic_subscription" "http" {
  topic_arn = aws_sns_topic.notices.arn
  protocol  = "http"
  endpoint  = "http://127.0.0.1:9/in"
  delivery_policy = jsonencode({
    healthyRetryPolicy = { minDelayTarget = 1, maxDelayTarget = 5, numRetries = 4, backoffFunction = "geometric" }
    requestPolicy      = { headerContentType = "application/json" }
  })
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.notices.arn
  protocol  = "email"
  endpoint  = "ada@example.com"
}
`;
}
