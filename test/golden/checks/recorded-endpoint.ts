import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RecordedChains } from './recorded-chains.ts';

/** What AWS answers to the golden command lines, recorded: the Region of a call chooses what happens. */
interface Recorded {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

const json = (value: unknown, status = 200): Recorded => ({ status, body: JSON.stringify(value) });
const refusal = (type: string, message: string, status = 400) => json({ __type: type, message }, status);

/** The ten events that Centreon's own tests count. */
export const EVENTS: readonly (readonly [type: string, errorMessage?: string])[] = [
  ['AwsApiCall', 'Some error'],
  ['AwsApiCall'],
  ['AwsApiCall'],
  ['AwsApiCall'],
  ['AwsServiceEvent'],
  ['AwsServiceEvent'],
  ['AwsConsoleAction'],
  ['AwsConsoleSignIn', 'Login error'],
  ['AwsConsoleSignIn', 'Login error'],
  ['AwsConsoleSignIn', 'Login error'],
];

function eventOf(fields: Readonly<Record<string, unknown>>) {
  return { EventId: fields.eventID, CloudTrailEvent: JSON.stringify(fields) };
}

const PLAIN = EVENTS.map(([eventType, errorMessage], at) =>
  eventOf({ eventID: String(at), eventType, ...(errorMessage && { errorMessage }) }),
);

const SUSPECTS = [
  { userIdentity: { type: 'Root', arn: 'arn:aws:iam::111122223333:root' }, eventName: 'ListUsers' },
  {
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/bob', userName: 'bob' },
    eventName: 'StopLogging',
  },
  {
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/bob', userName: 'bob' },
    eventName: 'DeleteTrail',
    errorCode: 'AccessDenied',
  },
  {
    userIdentity: { type: 'AWSService' },
    eventName: 'Evil | x=1\nOK: all is well',
    errorCode: 'AccessDeniedException',
  },
  {
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/eve' },
    eventName: 'DescribeTrails',
  },
].map((fields, at) =>
  eventOf({
    eventID: String(at),
    eventType: 'AwsApiCall',
    eventTime: '2026-11-21T01:00:00Z',
    eventSource: 'iam.amazonaws.com',
    sourceIPAddress: '198.51.100.7',
    ...fields,
  }),
);

/** LookupEvents by Region. */
const LOOKUPS: ReadonlyMap<string, (token: string | undefined) => Recorded> = new Map([
  ['eu-west-1', () => json({ Events: PLAIN })],
  ['eu-west-2', (token?: string) => json({ Events: PLAIN, ...(token === undefined && { NextToken: '2' }) })],
  ['eu-west-3', () => json({ Events: [] })],
  ['eu-central-1', () => json({ Events: [{ EventId: '1', CloudTrailEvent: '{"eventID":' }] })],
  ['eu-central-2', () => json({ Events: [], NextToken: 'again' })],
  ['eu-south-1', () => refusal('ThrottlingException', 'Rate exceeded')],
  ['eu-south-2', () => ({ status: 502, type: 'text/html', body: '<html>Bad Gateway\n</html>' })],
  ['us-east-2', () => ({ type: 'text/html', body: '<html>Welcome</html>' })],
  [
    'us-west-1',
    () => refusal('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  ],
  [
    'us-west-2',
    () =>
      refusal(
        'InvalidSignatureException',
        "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'POST'",
      ),
  ],
  ['ap-south-1', () => json({ Events: [eventOf({ eventID: '1', errorMessage: `${'a'.repeat(60)}!` })] })],
  ['ap-south-2', () => json({ Events: SUSPECTS })],
  ['ap-east-1', () => json({ Events: [{ EventId: '1' }] })],
]);

const TRAILS = [
  {
    Name: 'my-trail',
    TrailARN: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/my-trail',
    HomeRegion: 'eu-west-1',
    S3BucketName: 'logs',
    IsMultiRegionTrail: true,
    IsOrganizationTrail: false,
    LogFileValidationEnabled: true,
  },
  {
    Name: 'odd "<trail>"',
    TrailARN: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/late',
    HomeRegion: 'eu-west-1',
    S3BucketName: 'logs-2',
    SnsTopicARN: 'arn:aws:sns:eu-west-1:111122223333:topic',
    IsMultiRegionTrail: false,
    IsOrganizationTrail: false,
    LogFileValidationEnabled: false,
  },
];

/** The moment at which the golden command lines run: one minute after the latest delivery. */
export const NOW = Date.UTC(2026, 10, 21, 1, 2, 3);
const seconds = (before: number) => NOW / 1000 - before;

/** GetTrailStatus by name; any other name is a trail that is well. */
const STATUSES: ReadonlyMap<string, Recorded> = new Map([
  [
    'stopped',
    json({ IsLogging: false, LatestDeliveryTime: seconds(90_000), StopLoggingTime: seconds(86_400) }),
  ],
  ['bad', refusal('TrailNotFoundException', 'Unknown trail: bad for the user: 1')],
  ['silent', json({})],
  ['new', json({ IsLogging: true, StartLoggingTime: seconds(130) })],
  ['never', json({ IsLogging: true })],
  [
    'failing',
    json({
      IsLogging: true,
      LatestDeliveryError: 'NoSuchBucket',
      LatestDeliveryTime: seconds(7384),
      LatestNotificationError: 'AuthorizationError',
      LatestCloudWatchLogsDeliveryError: 'Access denied',
      LatestDigestDeliveryError: 'NoSuchBucket',
      LatestDigestDeliveryTime: seconds(20_000),
    }),
  ],
  [
    'arn:aws:cloudtrail:eu-west-1:111122223333:trail/late',
    json({ IsLogging: true, LatestDeliveryTime: seconds(5000), LatestDigestDeliveryTime: seconds(5000) }),
  ],
]);

const WELL = json({
  IsLogging: true,
  LatestDeliveryTime: seconds(61),
  LatestDigestDeliveryTime: seconds(1800),
  StartLoggingTime: seconds(100_000),
});

const METRICS = `# HELP opentrail_events_accepted_total Events
# TYPE opentrail_events_accepted_total gauge
process_start_time_seconds 1795220000
opentrail_events_accepted_total 1200
opentrail_events_duplicate_total 3
opentrail_events_refused_total{reason="too large"} 1
opentrail_events_refused_total{reason="not json"} 1
opentrail_history_backlog_events 7
opentrail_trail_backlog_events{account="1",region="eu-west-1",trail="my-trail"} 40
opentrail_trail_backlog_events{account="1",region="eu-west-1",trail="late"} 4000
opentrail_events_dropped_total{account="1",region="eu-west-1",trail="late",reason="x"} 0
`;

/** A server on a port of its own that knows these answers. */
export class RecordedEndpoint {
  readonly #server: Server;
  readonly #chains: RecordedChains;

  private constructor(server: Server, chains: RecordedChains) {
    this.#server = server;
    this.#chains = chains;
  }

  static async start(): Promise<RecordedEndpoint> {
    const chains = await RecordedChains.start(NOW);
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => answer(request, response, Buffer.concat(parts).toString(), chains));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new RecordedEndpoint(server, chains);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#chains.stop();
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
  chains: RecordedChains,
): void {
  const [, region, service] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)/.exec(request.headers.authorization ?? '') ?? [];
  if (region === 'eu-north-1') return; // never answers
  if (region === 'eu-north-2') {
    response.writeHead(200, { 'content-length': '1000' }).write('{"Ev');
    setImmediate(() => response.destroy());
    return;
  }
  if (service === 's3') {
    chains.answer(request, region ?? '', response);
    return;
  }
  const recorded =
    request.method === 'GET'
      ? answerGet(request.url ?? '')
      : service === 'sts'
        ? answerSts(body)
        : answerCall(request, region ?? '', body, chains);
  response
    .writeHead(recorded.status ?? 200, { 'content-type': recorded.type ?? 'application/x-amz-json-1.1' })
    .end(recorded.body);
}

function answerGet(path: string): Recorded {
  if (path === '/metrics') return { type: 'text/plain', body: METRICS };
  return path === '/ready' ? json({}) : { status: 404, body: '' };
}

function answerSts(body: string): Recorded {
  if (new URLSearchParams(body).get('RoleArn')?.endsWith('role/monitoring')) {
    return {
      type: 'text/xml',
      body: '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken></Credentials></AssumeRoleResult></AssumeRoleResponse>',
    };
  }
  return {
    status: 403,
    type: 'text/xml',
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/x is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>',
  };
}

function answerCall(
  request: IncomingMessage,
  region: string,
  body: string,
  chains: RecordedChains,
): Recorded {
  const question = JSON.parse(body) as {
    readonly Name?: string;
    readonly NextToken?: string;
    readonly trailNameList?: readonly string[];
  };
  // The Region that only a role may enter.
  if (region === 'ca-west-1' && request.headers['x-amz-security-token'] !== 'role-token') {
    return refusal('AccessDeniedException', 'Only for the role.');
  }
  switch (String(request.headers['x-amz-target']).split('.').at(-1)) {
    case 'GetTrailStatus':
      return STATUSES.get(question.Name ?? '') ?? WELL;
    case 'ListPublicKeys':
      return json(chains.publicKeys);
    case 'DescribeTrails':
      if (question.trailNameList) return describe(question.trailNameList[0] ?? '', chains);
      return json({ trailList: region === 'eu-west-3' ? [] : TRAILS });
    default:
      return (LOOKUPS.get(region) ?? LOOKUPS.get('eu-west-1')!)(question.NextToken);
  }
}

function describe(name: string, chains: RecordedChains): Recorded {
  if (name === 'unseen')
    return refusal('AccessDeniedException', 'Not authorized to perform: cloudtrail:DescribeTrails');
  const known = TRAILS.find((trail) => trail.Name === name || trail.TrailARN === name);
  return json({ trailList: [known ?? chains.describe(name.replace(/^.*\//, ''))] });
}
