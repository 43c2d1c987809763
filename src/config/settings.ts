import type { Setting } from './setting.ts';
import {
  accountList,
  anchorPlaces,
  duration,
  httpUrl,
  httpUrls,
  namedUrls,
  oneOf,
  onOff,
  pattern,
  size,
  smtpUrl,
  text,
  wholeNumber,
  wholeSeconds,
} from './setting-types.ts';

const path = text('PATH', 'a path');
const secret = text('SECRET', 'a secret');

/**
 * Every setting of the server, in the order of `--help`. The key is the name in the config file; flag and environment
 * variable are derived from it (`dataDir`: `--data-dir`, `OPENTRAIL_DATA_DIR`).
 */
export const SETTINGS = {
  dataDir: {
    group: 'Server',
    type: path,
    default: './opentrail-data',
    description: 'folder that holds everything; "temp": a fresh one that is removed at the end',
    example: '/var/lib/opentrail',
  },
  host: {
    group: 'Server',
    type: pattern('HOST', 'a host name or an IP address', /^[\w.:%[\]-]+$/),
    default: '127.0.0.1',
    description: 'address to listen on',
    example: '0.0.0.0',
  },
  port: {
    group: 'Server',
    type: wholeNumber(0, 65_535),
    default: '8765',
    description: 'port to listen on; 0 picks a free one',
  },
  publicUrl: {
    group: 'Server',
    type: httpUrl,
    description:
      'address under which others reach this server, for links in SNS messages; default: where it listens',
    example: 'https://trail.example.com',
  },
  readyFile: {
    group: 'Server',
    type: path,
    description: 'file that is written when the server serves: its URL and where its keys are',
    example: '/run/opentrail/ready.json',
  },
  tlsKey: {
    group: 'Server',
    type: path,
    description: 'private key (PEM); needs --tls-cert',
    example: 'key.pem',
  },
  tlsCert: {
    group: 'Server',
    type: path,
    description: 'certificate chain (PEM); needs --tls-key',
    example: 'cert.pem',
  },
  allowPlainHttp: {
    group: 'Server',
    type: onOff,
    default: 'false',
    description: 'serve unencrypted HTTP on an address that is not loopback (behind a proxy that adds TLS)',
  },
  logLevel: {
    group: 'Server',
    type: { ...oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), placeholder: 'LEVEL' },
    default: 'info',
    description: 'least level of log lines: trace, debug, info, warn, error, fatal or silent',
  },
  accountId: {
    group: 'Accounts',
    type: pattern('ID', 'an account id of 12 digits', /^\d{12}$/),
    default: '123456789012',
    description: 'the main account, to which the root credentials belong',
  },
  accounts: {
    group: 'Accounts',
    type: accountList,
    description: 'accounts of which events are taken, or "any"; default: the main account',
    example: '111111111111,222222222222',
  },
  region: {
    group: 'Accounts',
    type: pattern('REGION', "a Region's name such as us-east-1", /^[a-z]{2,}(?:-[a-z0-9]+){1,5}$/),
    default: 'us-east-1',
    description: 'the Region that clients are told to use',
  },
  rootAccessKeyId: {
    group: 'Accounts',
    type: pattern('ID', '4 to 128 letters, digits or _', /^\w{4,128}$/),
    description: 'access key of root; default: made at the first start',
    environmentOnly: true,
  },
  rootSecretAccessKey: {
    group: 'Accounts',
    type: pattern('SECRET', 'a secret of at least 8 characters without spaces', /^[\x21-\x7e]{8,256}$/),
    description: 'secret of rootAccessKeyId',
    environmentOnly: true,
  },
  deliveryInterval: {
    group: 'Events',
    type: duration(100),
    default: '5m',
    description: 'how often log files are delivered',
    example: '30s',
  },
  digestInterval: {
    group: 'Events',
    type: wholeSeconds(2, 3_600),
    default: '1h',
    description: 'how much time a digest file covers; AWS has an hour, shorter ones are for tests',
    example: '10s',
  },
  anchors: {
    group: 'Events',
    type: anchorPlaces,
    default: '',
    description:
      'places that keep the newest digest of each chain out of the reach of this server, commas between: file:/path, ' +
      'git:/path, s3://bucket/prefix?endpoint=…&region=…, https://…',
    example: 'git:/mnt/anchors,https://anchors.example.com/opentrail',
  },
  historyDays: {
    group: 'Events',
    type: wholeNumber(1, 36_500),
    default: '90',
    description: 'days for which the event history is kept',
  },
  clickhouseUrl: {
    group: 'Events',
    type: httpUrl,
    description: 'ClickHouse server for the event history; default: the embedded engine',
    example: 'http://clickhouse:8123',
  },
  endpointS3: endpoint('S3', 'log files are delivered there', 'https://minio.example.com'),
  endpointS3AccessKeyId: { ...endpointSecret('access key'), type: text('ID', 'an access key id') },
  endpointS3SecretAccessKey: endpointSecret('secret'),
  endpointSns: endpoint('SNS', 'notifications are published there', 'https://sns.eu-west-1.amazonaws.com'),
  endpointSnsAccessKeyId: { ...endpointSecret('access key'), type: text('ID', 'an access key id') },
  endpointSnsSecretAccessKey: endpointSecret('secret'),
  endpointKms: endpoint(
    'KMS',
    'keys of log files are looked up there',
    'https://kms.eu-west-1.amazonaws.com',
  ),
  endpointKmsAccessKeyId: { ...endpointSecret('access key'), type: text('ID', 'an access key id') },
  endpointKmsSecretAccessKey: endpointSecret('secret'),
  endpointEvents: endpoint('EventBridge', 'events are sent there', 'https://events.eu-west-1.amazonaws.com'),
  endpointEventsAccessKeyId: { ...endpointSecret('access key'), type: text('ID', 'an access key id') },
  endpointEventsSecretAccessKey: endpointSecret('secret'),
  allowPrivateSubscribers: {
    group: 'Neighbours',
    type: onOff,
    default: 'false',
    description:
      'let SNS subscriptions name private addresses (10/8, 172.16/12, 192.168/16, fc00::/7); loopback is always ' +
      'allowed, link-local and metadata addresses (169.254/16, fe80::/10) never',
  },
  allowPrivateSources: {
    group: 'Neighbours',
    type: onOff,
    default: 'false',
    description:
      'let log sources and their proxies have private addresses (10/8, 172.16/12, 192.168/16, fc00::/7); loopback is ' +
      'always allowed, link-local and metadata addresses (169.254/16, fe80::/10) never',
  },
  allowPrivateForwards: {
    group: 'Neighbours',
    type: onOff,
    default: 'false',
    description:
      'let forwards send to private addresses (10/8, 172.16/12, 192.168/16, fc00::/7); loopback is always allowed, ' +
      'link-local and metadata addresses (169.254/16, fe80::/10) never',
  },
  smtpUrl: {
    group: 'Neighbours',
    type: smtpUrl,
    mayHoldSecret: true,
    description:
      'mail server for SNS subscriptions by e-mail: smtp:// (STARTTLS where offered) or smtps:// (TLS); a password in it ' +
      'shows up in process lists, rather give OPENTRAIL_SMTP_PASSWORD',
    example: 'smtp://trail@mail.example.com:587',
  },
  smtpPassword: {
    group: 'Neighbours',
    type: secret,
    description: 'password for the user in smtpUrl',
    environmentOnly: true,
  },
  smtpFrom: {
    group: 'Neighbours',
    type: pattern(
      'ADDRESS',
      'an address such as trail@example.com or "Trail <trail@example.com>"',
      /^(?:[^<>@"\r\n]*<[^<>\s@"]+@[^<>\s@"]+>|[^<>\s@"]+@[^<>\s@"]+)$/,
    ),
    default: 'opentrail <opentrail@localhost>',
    description: 'sender of these mails',
    example: 'Trail <trail@example.com>',
  },
  eventWebhooks: {
    group: 'Neighbours',
    type: namedUrls,
    default: '',
    mayHoldSecret: true,
    description:
      'addresses, by name, that rules of the event bus and subscriptions of log groups may send to as ' +
      'arn:aws:events:REGION:ACCOUNT:api-destination/NAME; private networks are allowed',
    example: 'soar=https://soar.example.com/in',
  },
  notifyEndpoints: {
    group: 'Neighbours',
    type: httpUrls,
    default: '',
    mayHoldSecret: true,
    description:
      'addresses, commas between, to which messages may be posted without asking there first: chats and webhooks; what ' +
      'is below one of them is meant too, and private networks are allowed',
    example: 'https://hooks.slack.com/services/,https://alerts.example.com/in',
  },
  notifySecret: {
    group: 'Neighbours',
    type: secret,
    description: 'key of the HMAC-SHA-256 in the header x-opentrail-signature of posts to webhooks',
    environmentOnly: true,
  },
  limits: {
    group: 'Limits',
    type: oneOf('aws', 'open'),
    default: 'open',
    description: "request rates: CloudTrail's own, or none; counts (five trails a Region) hold in both",
  },
  journalMaxBytes: {
    group: 'Limits',
    type: size,
    default: '20GB',
    description: 'size of undelivered events at which new ones are refused',
  },
  minFreeDisk: {
    group: 'Limits',
    type: size,
    default: '1GB',
    description: 'free disk space below which new events are refused',
  },
  queuesMaxBytes: {
    group: 'Limits',
    type: size,
    default: '5GB',
    description: 'size of all messages in queues at which new ones are refused',
  },
  engineMemory: {
    group: 'Limits',
    type: size,
    default: '500MB',
    description: 'memory of the embedded engine',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

function endpoint(service: string, effect: string, example: string) {
  return {
    group: 'Neighbours',
    type: httpUrl,
    description: `address of a real ${service}: ${effect}; default: the built-in one, or none`,
    example,
  } as const;
}

function endpointSecret(what: string) {
  return {
    group: 'Neighbours',
    type: secret,
    description: `${what} for that endpoint; default: the SDK's own chain`,
    environmentOnly: true,
  } as const;
}
