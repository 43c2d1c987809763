import { UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient, ListMetricsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutMetricFilterCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { TestServer } from '../clients/server.ts';
import { until } from '../clients/until.ts';
import { ACCOUNT, clientOf, cloudTrailOf, s3Of } from './house-keeping.ts';

const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;
const QUEUE = arnOf('sqs', 'full');
const DEAD = arnOf('sqs', 'dead');
const TOPIC = arnOf('sns', 'full');
const GROUP = arnOf('logs', 'log-group:full');

const anyone = (action: string, resource: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: resource }],
  });

/**
 * Makes every room keep something of a trail of this name and bucket, each room fed by another: the trail's log group
 * with a metric filter, an alarm and a subscription, a rule for its events, a topic and notifications of its bucket, all
 * of which lead into the queue `full`, which has the dead-letter queue `dead`.
 */
export async function fillRooms(server: TestServer, trail: string): Promise<void> {
  const client = clientOf(server);
  const sqs = new SQSClient(client);
  await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
  const redrive = JSON.stringify({ deadLetterTargetArn: DEAD, maxReceiveCount: 5 });
  const Attributes = { Policy: anyone('sqs:SendMessage', QUEUE), RedrivePolicy: redrive };
  await sqs.send(new CreateQueueCommand({ QueueName: 'full', Attributes }));

  const sns = new SNSClient(client);
  await sns.send(
    new CreateTopicCommand({ Name: 'full', Attributes: { Policy: anyone('sns:Publish', TOPIC) } }),
  );
  await sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'sqs', Endpoint: QUEUE }));

  const logs = new CloudWatchLogsClient(client);
  const group = { logGroupName: 'full' };
  await logs.send(new CreateLogGroupCommand(group));
  const metric = { metricName: 'calls', metricNamespace: 'full', metricValue: '1' };
  await logs.send(
    new PutMetricFilterCommand({
      ...group,
      filterName: 'all',
      filterPattern: '',
      metricTransformations: [metric],
    }),
  );
  await logs.send(
    new PutSubscriptionFilterCommand({
      ...group,
      filterName: 'all',
      filterPattern: '',
      destinationArn: QUEUE,
    }),
  );
  await new CloudWatchClient(client).send(
    new PutMetricAlarmCommand({
      ...{ AlarmName: 'full', Namespace: 'full', MetricName: 'calls', Statistic: 'Sum', Period: 60 },
      ...{
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        AlarmActions: [TOPIC],
      },
    }),
  );

  const bus = new EventBridgeClient(client);
  await bus.send(new PutRuleCommand({ Name: 'full', EventPattern: '{"account":[{"exists":true}]}' }));
  await bus.send(new PutTargetsCommand({ Rule: 'full', Targets: [{ Id: 'queue', Arn: QUEUE }] }));
  await s3Of(server).send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: trail,
      NotificationConfiguration: {
        TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectCreated:*'] }],
      },
    }),
  );

  const iam = new IAMClient(client);
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const RoleName = 'full';
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] };
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'logs', PolicyDocument: JSON.stringify(policy) }),
  );
  await cloudTrailOf(server).send(
    new UpdateTrailCommand({
      Name: trail,
      CloudWatchLogsLogGroupArn: `${GROUP}:*`,
      CloudWatchLogsRoleArn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`,
    }),
  );
}

/** Until each room has passed something on. */
export async function waitForRooms(server: TestServer): Promise<void> {
  const cloudWatch = new CloudWatchClient(clientOf(server));
  await until('a metric of the log group', 30_000, async () => {
    const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand({ Namespace: 'full' }));
    return Metrics.length > 0;
  });
  const sqs = new SQSClient(clientOf(server));
  await until('messages in the queue', 30_000, async () => {
    const asked = { QueueUrl: `${server.url}/${ACCOUNT}/full`, AttributeNames: ['All' as const] };
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
    return Number(Attributes?.ApproximateNumberOfMessages) > 10;
  });
}
