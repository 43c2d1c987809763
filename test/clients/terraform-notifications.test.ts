import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith, type Outcome, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { mirror } from './terraform-mirror.ts';

describeWith(
  'terraform',
  works('terraform', '-version') && mirror !== undefined,
  'subscriptions by terraform',
  () => {
    let server: TestServer;
    let folder: string;

    beforeAll(async () => {
      server = await TestServer.start({ flags: ['--smtp-url', 'smtp://127.0.0.1:9'] });
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

    async function apply(filter: string): Promise<string> {
      writeFileSync(join(folder, 'main.tf'), configuration(server.url, filter));
      const applied = await terraform('apply', '-auto-approve', '-input=false');
      expect(applied, applied.stderr).toMatchObject({ status: 0 });
      expect(await terraform('plan', '-detailed-exitcode', '-input=false')).toMatchObject({ status: 0 });
      return applied.stdout;
    }

    test('are made, stay as they are, are changed, and go', async () => {
      writeFileSync(join(folder, 'main.tf'), configuration(server.url, ''));
      expect(await terraform('init', '-input=false')).toMatchObject({ status: 0 });
      const filter = 'filter_policy = jsonencode({ detail = { user = [{ prefix = "a" }] } })';
      const scope = 'filter_policy_scope = "MessageBody"';
      expect(await apply(`${filter}\n${scope}`)).toContain('Resources: 4 added, 0 changed, 0 destroyed.');
      expect(await apply('')).toContain('Resources: 0 added, 1 changed, 0 destroyed.');
      expect(await terraform('destroy', '-auto-approve', '-input=false')).toMatchObject({ status: 0 });
      expect(await server.aws.json('sns', 'list-topics')).toEqual({ Topics: [] });
    }, 400_000);
  },
);

function configuration(url: string, filter: string): string {
  return `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints {
    sns = "${url}"
    sts = "${url}"
    iam = "${url}"
  }
}

resource "aws_sns_topic" "alarms" {
  name              = "alarms"
  display_name      = "Alarms"
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
  topic_arn            = aws_sns_topic.alarms.arn
  protocol             = "sqs"
  endpoint             = "arn:aws:sqs:us-east-1:123456789012:alarms"
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = "arn:aws:sqs:us-east-1:123456789012:alarms" })
  ${filter}
}

resource "aws_sns_topic_subscription" "http" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "http"
  endpoint  = "http://127.0.0.1:9/in"
  delivery_policy = jsonencode({
    healthyRetryPolicy = { minDelayTarget = 1, maxDelayTarget = 5, numRetries = 4, backoffFunction = "geometric" }
    requestPolicy      = { headerContentType = "application/json" }
  })
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = "ada@example.com"
}
`;
}
