import { X509Certificate } from 'node:crypto';
import type { Connector, NoticeTopic, SourceSecrets, TlsSettings } from '../index.ts';
import { Body, isMembers, shorten } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';
import { accessKeyIdOf, readCredentials } from './read-credentials.ts';
import { readDate } from './read-date.ts';
import { readProxy } from './read-proxy.ts';
import { needForm, readEndpoint, readOptional, readSwitch } from './read-values.ts';

/** What a form says about a connector. */
export interface ConnectorForm {
  readonly connector: Connector;
  /** As they were given. */
  readonly secrets: SourceSecrets;
  /** Stored ones that stay, because the form leaves them out and leads to the same place. */
  readonly keep: readonly (keyof SourceSecrets)[];
}

const DEFAULT_ENDPOINT = 'https://s3.amazonaws.com';
const DEFAULT_PARSER = 'CloudTrailLogParser';
const KNOWN = [
  ...['endpoint_url', 'access_key', 'secret_key', 'bucket_name', 'region_name', 'filter_date', 'parser'],
  ...['enable_proxy', 'IP', 'ip', 'port', 'protocol', 'username', 'password'],
  ...['prefix', 'credentials', 'session_token', 'path_style', 'tls', 'queue_url'],
  ...['topic_arn', 'topic_endpoint_url'],
];
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and what older buckets are called. */
const BUCKET = {
  pattern: /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
  expected: 'the name of a bucket',
};
/** FIFO topics reach queues only. */
const TOPIC = /^arn:(aws|aws-cn|aws-us-gov):sns:[a-z0-9-]{1,63}:\d{12}:[A-Za-z0-9_-]{1,256}$/;
/** Other S3s have Regions of their own: `garage`, `auto`. */
const REGION = { pattern: /^[a-z0-9][a-z0-9-]{0,62}$/, expected: 'the name of a Region such as us-east-1' };

/** Reads the `Connector` of a `config`. */
export function readConnector(config: Body, timezone: string, checks: FormChecks): ConnectorForm | undefined {
  const body = config.needBody('Connector');
  if (!body) return undefined;
  body.refuseUnknown(KNOWN);
  const endpointUrl = readEndpoint(body, 'endpoint_url', checks) ?? DEFAULT_ENDPOINT;
  const credentials = readCredentials(body, checks);
  const bucket = needForm(body, 'bucket_name', BUCKET) ?? '';
  const region = needForm(body, 'region_name', REGION) ?? '';
  const startDate = readFilterDate(body, timezone);
  const parser = readOptional(body, 'parser') ?? DEFAULT_PARSER;
  if (parser !== DEFAULT_PARSER) body.fault('parser', `must be ${DEFAULT_PARSER}; got ${shorten(parser)}`);
  const { proxy, password } = readProxy(body, checks);
  const prefix = readPrefix(body);
  const pathStyle = readSwitch(body, 'path_style');
  const tls = readTls(body);
  const queueUrl = readEndpoint(body, 'queue_url', checks);
  const topic = readTopic(body, checks);
  if (!credentials) return undefined;
  const connector: Connector = {
    endpointUrl,
    region,
    bucket,
    prefix,
    credentials: credentials.kind,
    startDate: startDate ?? 0,
    parser,
    ...(proxy && { proxy }),
    tls,
    ...(queueUrl !== undefined && { queueUrl }),
    ...(topic && { topic }),
    ...(pathStyle !== undefined && { pathStyle }),
  };
  const secrets = { ...credentials.secrets, ...(password !== undefined && { proxyPassword: password }) };
  return { connector, secrets, keep: keptSecrets(body, connector, secrets, checks) };
}

/**
 * A secret that a form leaves out stays only where it goes to whom it was given for: else whoever may edit a source, but
 * does not know its secrets, could send them elsewhere.
 */
function keptSecrets(
  body: Body,
  next: Connector,
  given: SourceSecrets,
  checks: FormChecks,
): (keyof SourceSecrets)[] {
  const now = checks.current?.connector;
  if (!now) return [];
  const keep: (keyof SourceSecrets)[] = [];
  const keyId = accessKeyIdOf(next.credentials);
  if (keyId !== undefined && keyId === accessKeyIdOf(now.credentials)) {
    if (given.secretAccessKey === undefined) keep.push('secretAccessKey');
    if (next.credentials.kind === 'session' && given.sessionToken === undefined) {
      // The token, unlike the key, travels with each request.
      const isSame = next.endpointUrl === now.endpointUrl && isSameHost(next.queueUrl, now.queueUrl);
      if (isSame && now.credentials.kind === 'session') keep.push('sessionToken');
      else body.fault('session_token', 'is mandatory when the endpoint or the queue changes');
    }
  }
  const [proxy, before] = [next.proxy, now.proxy];
  if (proxy?.user !== undefined && given.proxyPassword === undefined && before?.user === proxy.user) {
    const isSame =
      proxy.host === before.host && proxy.port === before.port && proxy.protocol === before.protocol;
    if (isSame) keep.push('proxyPassword');
  }
  return keep;
}

/** A source without a queue sends nothing there. */
function isSameHost(next: string | undefined, now: string | undefined): boolean {
  if (next === undefined) return true;
  return now !== undefined && new URL(next).origin === new URL(now).origin;
}

function readFilterDate(body: Body, timezone: string): number | undefined {
  const text = body.need('filter_date', 64);
  if (text === undefined) return undefined;
  const time = readDate(text, timezone);
  if (time !== undefined) return time;
  return body.fault(
    'filter_date',
    `must be a date such as 2024-08-06 or 2024-08-06T08:44:13.220Z; got ${shorten(text)}`,
  );
}

function readPrefix(body: Body): string {
  const prefix = readOptional(body, 'prefix') ?? '';
  if (prefix.startsWith('/')) body.fault('prefix', 'must not begin with a slash');
  if (/(^|\/)AWSLogs(\/|$)/.test(prefix)) {
    body.fault('prefix', 'must be what stands before AWSLogs/ in keys, without it');
  }
  return prefix.replace(/\/+$/, '');
}

function readTopic(body: Body, checks: FormChecks): NoticeTopic | undefined {
  const arn = readOptional(body, 'topic_arn', 512);
  const endpointUrl = readEndpoint(body, 'topic_endpoint_url', checks);
  if (arn === undefined) {
    if (endpointUrl !== undefined) body.fault('topic_endpoint_url', 'needs a topic_arn');
    return undefined;
  }
  if (!TOPIC.test(arn)) {
    return body.fault('topic_arn', `must be the ARN of an SNS topic; got ${shorten(arn)}`);
  }
  return { arn, ...(endpointUrl !== undefined && { endpointUrl }) };
}

function readTls(body: Body): TlsSettings {
  const given = body.own('tls');
  if (given === undefined || given === null) return { insecure: false };
  if (!isMembers(given)) {
    body.fault('tls', 'must be an object with ca or insecure');
    return { insecure: false };
  }
  const tls = new Body(given, body.place('tls'), body.faults);
  tls.refuseUnknown(['ca', 'insecure']);
  const ca = readOptional(tls, 'ca', 200_000);
  if (ca !== undefined && !isPem(ca)) tls.fault('ca', 'must be certificates in PEM form');
  return { ...(ca !== undefined && { ca }), insecure: readSwitch(tls, 'insecure') ?? false };
}

function isPem(text: string): boolean {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const one of found) new X509Certificate(one);
    return found.length > 0;
  } catch {
    return false;
  }
}
