/** The ways in which a bucket's new files can be made known. */
export const NOTICE_WAYS = ['sqs', 'sns', 'eventbridge', 'api-destination', 'function'] as const;
export type NoticeWay = (typeof NOTICE_WAYS)[number];

/** A source, as far as its bucket's notifications go. */
export interface NoticeSetup {
  readonly id: string;
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  /** Undefined: AWS. */
  readonly endpointUrl?: string;
  /** Where the topic, or EventBridge, reaches this server; without a slash at its end. */
  readonly url: string;
}

/** Stands for the account in JSON; the shell puts it there. */
const ACCOUNT = '@ACCOUNT@';
const OBJECTS = ['s3:ObjectCreated:*'];

/**
 * The commands of the AWS CLI, and of opentrail, that set a way up: a shell script for whoever may change the bucket's
 * account. What it makes bears the source's name, and nothing but the bucket's notifications is replaced.
 */
export function noticeSetup(way: NoticeWay, setup: NoticeSetup): string {
  const endpoint =
    setup.endpointUrl === undefined ? [] : [`export AWS_ENDPOINT_URL=${quote(setup.endpointUrl)}`];
  const head = [
    `# Lets ${setup.bucket} tell of new files, for the source ${onOneLine(setup.name)}. Run it as who may change the bucket's account.`,
    'set -eu',
    ...endpoint,
    `export AWS_REGION=${quote(setup.region)} AWS_DEFAULT_REGION=${quote(setup.region)}`,
    'ACCOUNT=$(aws sts get-caller-identity --query Account --output text)',
  ];
  return [...(way === 'function' ? [] : head), ...WAYS[way](setup), ''].join('\n');
}

const WAYS: Readonly<Record<NoticeWay, (setup: NoticeSetup) => readonly string[]>> = {
  sqs: (setup) => [
    ...makeQueue(setup, 's3.amazonaws.com', bucketArn(setup)),
    ...tellBucket(setup, {
      QueueConfigurations: [{ QueueArn: arn(setup, 'sqs'), Events: OBJECTS, ...below(setup) }],
    }),
    ...listen(setup),
  ],

  sns: (setup) => [
    '',
    '# A topic that the bucket may publish to. If the trail has one already, subscribe that instead.',
    `TOPIC=$(aws sns create-topic --name ${nameOf(setup)} --query TopicArn --output text)`,
    `aws sns set-topic-attributes --topic-arn "$TOPIC" --attribute-name Policy --attribute-value ${json(
      policyOf('s3.amazonaws.com', 'sns:Publish', arn(setup, 'sns'), bucketArn(setup)),
    )}`,
    ...tellBucket(setup, {
      TopicConfigurations: [{ TopicArn: arn(setup, 'sns'), Events: OBJECTS, ...below(setup) }],
    }),
    '',
    '# On the machine of opentrail: only messages that this topic has signed are taken,',
    '# and its question whether to subscribe is answered by itself.',
    `npx opentrail sources edit ${quote(setup.name)} --topic "$TOPIC"${
      setup.endpointUrl === undefined ? '' : ` --topic-endpoint ${quote(setup.endpointUrl)}`
    }`,
    '',
    `aws sns subscribe --topic-arn "$TOPIC" --protocol ${new URL(setup.url).protocol.slice(0, -1)} \\`,
    `  --notification-endpoint ${quote(`${setup.url}/v1/sources/${setup.id}/sns`)}`,
  ],

  eventbridge: (setup) => [
    ...makeQueue(setup, 'events.amazonaws.com', ruleArn(setup)),
    ...makeRule(setup),
    `aws events put-targets --rule ${nameOf(setup)} --targets ${json([{ Id: 'opentrail', Arn: arn(setup, 'sqs') }])}`,
    ...tellBucket(setup, { EventBridgeConfiguration: {} }),
    ...listen(setup),
  ],

  'api-destination': (setup) => [
    '',
    '# On the machine of opentrail: TOKEN=$(npx opentrail tokens create --scope sources)',
    `CONNECTION=$(aws events create-connection --name ${nameOf(setup)} --authorization-type API_KEY \\`,
    '  --auth-parameters "ApiKeyAuthParameters={ApiKeyName=Authorization,ApiKeyValue=Bearer $TOKEN}" \\',
    '  --query ConnectionArn --output text)',
    `DESTINATION=$(aws events create-api-destination --name ${nameOf(setup)} --connection-arn "$CONNECTION" \\`,
    `  --http-method POST --invocation-endpoint ${quote(`${setup.url}/v1/sources/${setup.id}/notify`)} \\`,
    '  --query ApiDestinationArn --output text)',
    '',
    `aws iam create-role --role-name ${nameOf(setup)} --assume-role-policy-document ${json({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    })}`,
    `aws iam put-role-policy --role-name ${nameOf(setup)} --policy-name invoke --policy-document ${json({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'events:InvokeApiDestination', Resource: '*' }],
    })}`,
    ...makeRule(setup),
    `aws events put-targets --rule ${nameOf(setup)} \\`,
    `  --targets "Id=opentrail,Arn=$DESTINATION,RoleArn=arn:${partition(setup)}:iam::$ACCOUNT:role/${nameOf(setup)}"`,
    ...tellBucket(setup, { EventBridgeConfiguration: {} }),
  ],

  function: (setup) => [
    `# A function or script that hears of ${setup.bucket}'s new files posts the notice as it came.`,
    'TOKEN=$(npx opentrail tokens create --scope sources)',
    `curl --fail -X POST ${quote(`${setup.url}/v1/sources/${setup.id}/notify`)} \\`,
    '  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\',
    `  -d ${json({ s3Bucket: setup.bucket, s3ObjectKey: [`${logsOf(setup)}…json.gz`] })}`,
  ],
};

function makeQueue(setup: NoticeSetup, service: string, sourceArn: string): readonly string[] {
  const Policy = JSON.stringify(policyOf(service, 'sqs:SendMessage', arn(setup, 'sqs'), sourceArn));
  return [
    '',
    '# A queue for this source alone, which keeps messages for four days.',
    `QUEUE=$(aws sqs create-queue --queue-name ${nameOf(setup)} --attributes ${json({ Policy })} \\`,
    // The AWS CLI 1 asks AWS for queues, whatever AWS_ENDPOINT_URL says.
    `  ${setup.endpointUrl === undefined ? '' : `--endpoint-url ${quote(setup.endpointUrl)} `}--query QueueUrl --output text)`,
  ];
}

function makeRule(setup: NoticeSetup): readonly string[] {
  const { bucket } = setup;
  const pattern = {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: logsOf(setup) }] } },
  };
  return ['', `aws events put-rule --name ${nameOf(setup)} --event-pattern ${json(pattern)}`];
}

function tellBucket(setup: NoticeSetup, configuration: object): readonly string[] {
  return [
    '',
    "# This replaces the bucket's notifications. If it has others, add this one to them:",
    `#   aws s3api get-bucket-notification-configuration --bucket ${quote(setup.bucket)}`,
    `aws s3api put-bucket-notification-configuration --bucket ${quote(setup.bucket)} \\`,
    `  --notification-configuration ${json(configuration)}`,
  ];
}

function listen({ name }: NoticeSetup): readonly string[] {
  return ['', '# On the machine of opentrail:', `npx opentrail sources edit ${quote(name)} --queue "$QUEUE"`];
}

/** Where the log files lie. */
function logsOf({ prefix }: NoticeSetup): string {
  return `${prefix === '' ? '' : `${prefix}/`}AWSLogs/`;
}

function below(setup: NoticeSetup) {
  return { Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: logsOf(setup) }] } } };
}

function policyOf(service: string, Action: string, Resource: string, sourceArn: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action,
        Resource,
        Condition: {
          ArnLike: { 'aws:SourceArn': sourceArn },
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
        },
      },
    ],
  };
}

function partition({ region }: NoticeSetup): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function arn(setup: NoticeSetup, service: 'sqs' | 'sns'): string {
  return `arn:${partition(setup)}:${service}:${setup.region}:${ACCOUNT}:${nameOf(setup)}`;
}

function bucketArn(setup: NoticeSetup): string {
  return `arn:${partition(setup)}:s3:::${setup.bucket}`;
}

function ruleArn(setup: NoticeSetup): string {
  return `arn:${partition(setup)}:events:${setup.region}:${ACCOUNT}:rule/${nameOf(setup)}`;
}

/** Of what is made; letters that every service takes. */
function nameOf({ name }: NoticeSetup): string {
  return `opentrail-${name.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 48)}`;
}

/** JSON for a shell, with the account that it found. */
function json(value: unknown): string {
  return quote(JSON.stringify(value)).replaceAll(ACCOUNT, `'"$ACCOUNT"'`);
}

/** For a comment, which a line break would end. */
function onOneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** A word for a shell: nothing in it is anything but itself. */
function quote(text: string): string {
  return /^[A-Za-z0-9_./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
