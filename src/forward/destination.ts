import type { FeedName } from './outgoing.ts';

/** The kinds of intakes. */
export const KINDS = [
  'datadog-logs',
  'datadog-events',
  'splunk',
  'elasticsearch',
  'loki',
  'syslog',
  'http',
  'opentrail',
  's3',
] as const;
export type Kind = (typeof KINDS)[number];

/** Where events go. Holds no secrets. */
export interface Destination {
  /** 1 to 64 letters, digits, `_`, `-`. */
  readonly name: string;
  readonly kind: Kind;
  /** `https://…`, `http://…`; a bucket's with its name and a prefix (`https://HOST/BUCKET/PREFIX`); for syslog `tls://host:port`, `tcp://…`, `udp://…`. */
  readonly url: string;
  /** A search; absent: everything. */
  readonly filter?: string;
  /** How a record is shown: `raw`, as it is, or a view by its name. */
  readonly form: string;
  readonly feeds: readonly FeedName[];
  /** Splunk's and Elasticsearch's index. */
  readonly index?: string;
  /** More tags for Datadog and labels for Loki: `env:prod`. */
  readonly tags: readonly string[];
  /** Splunk: wait until the indexers have what was sent. */
  readonly acknowledge: boolean;
  readonly gzip: boolean;
  /** Elasticsearch and HTTP: for basic authentication, with the password as the secret. S3: the access key's id. */
  readonly user?: string;
  /** S3: the bucket's Region. */
  readonly region?: string;
  /** PEM of the authorities that a TLS server's certificate is judged by, instead of the system's. */
  readonly ca?: string;
  /** S3: how long is waited for more before a file is written; milliseconds. */
  readonly gather?: number;
  /** It holds the copies of repositories, and gets only what lies in those that name it. */
  readonly copies: boolean;
  /** How long a batch is tried again before it becomes a dead letter; milliseconds. */
  readonly giveUpAfter: number;
  readonly paused: boolean;
  /** Begins with what is kept already; otherwise with what comes after it was made. */
  readonly fromStart: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
