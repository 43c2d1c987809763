/**
 * A log source: a bucket where CloudTrail log files arrive, how to reach it, and what becomes of its records. It holds
 * no secrets: these are apart, encrypted, and only `Sources.reveal` gives them out.
 */
export interface LogSource {
  /** UUID; stays the same through every edit. */
  readonly id: string;
  /** Unique among all sources, 1 to 128 characters. */
  readonly name: string;
  readonly type: 'S3Fetcher';
  readonly vendorName?: string;
  /** Base64 of an image. */
  readonly logo?: string;
  readonly description?: string;
  readonly documentationLink?: string;
  readonly templateVid?: string;
  /** Free JSON of the template that the source was made from; kept, never read. */
  readonly dcMetadata?: unknown;
  readonly fetch: FetchSettings;
  readonly connector: Connector;
  readonly routing: RoutingRef;
  readonly normalizers: readonly NormalizerRef[];
  /** Name of a normalization policy whose normalizers come before `normalizers`. */
  readonly normalizationPolicy?: string;
  /** Name of an enrichment policy; absent: records are not enriched. */
  readonly enrichmentPolicy?: string;
  /** Nothing is fetched while true. */
  readonly paused: boolean;
  /** `file`: from the config file, which is applied again at each start. */
  readonly origin: 'api' | 'file';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** When to fetch, and how to read what comes. */
export interface FetchSettings {
  /** Name shown for the fetcher itself. */
  readonly name: string;
  readonly intervalMinutes: number;
  /** Name from `CHARSETS`, such as `utf_8`. */
  readonly charset: string;
  /** IANA time zone: the days that are shown and asked for are days there. */
  readonly timezone: string;
}

/** Where the bucket is, and as whom to read it. */
export interface Connector {
  /** `https://s3.amazonaws.com` stands for AWS itself, in the bucket's Region. */
  readonly endpointUrl: string;
  readonly region: string;
  readonly bucket: string;
  /** What comes before `AWSLogs/` in keys, without a slash at its end; empty: nothing. */
  readonly prefix: string;
  readonly credentials: CredentialsKind;
  /** Milliseconds since the epoch: events before it are not fetched. */
  readonly startDate: number;
  readonly parser: string;
  readonly proxy?: ForwardProxy;
  readonly tls: TlsSettings;
  /** An SQS queue where the bucket's notifications arrive, or CloudTrail's; read with the same credentials. */
  readonly queueUrl?: string;
  /** An SNS topic that posts the bucket's notifications, or CloudTrail's, to this server. */
  readonly topic?: NoticeTopic;
  /** Undefined: path style for endpoints that are not AWS, virtual style for AWS. */
  readonly pathStyle?: boolean;
}

/** A topic whose messages are taken when they are signed where it lives. */
export interface NoticeTopic {
  readonly arn: string;
  /** Where its certificates and its confirmation links are; absent: AWS's SNS in the topic's Region. */
  readonly endpointUrl?: string;
}

/** How credentials are come by; the secret parts are in `SourceSecrets`. */
export type CredentialsKind =
  | { readonly kind: 'keys'; readonly accessKeyId: string }
  /** Keys with a session token; they end, and nobody renews them. */
  | { readonly kind: 'session'; readonly accessKeyId: string }
  /** A profile of the shared AWS config of the server's user. */
  | { readonly kind: 'profile'; readonly profile: string }
  | {
      readonly kind: 'role';
      readonly roleArn: string;
      readonly externalId?: string;
      readonly sessionName?: string;
      /** Absent: AWS's STS in the connector's Region. */
      readonly stsEndpointUrl?: string;
      /** As whom the role is asked for. */
      readonly base:
        | { readonly kind: 'keys'; readonly accessKeyId: string }
        | { readonly kind: 'profile'; readonly profile: string }
        | { readonly kind: 'instance' };
    }
  /** The SDK's own chain: environment, container, instance role. */
  | { readonly kind: 'instance' }
  /** Requests are not signed: public buckets. */
  | { readonly kind: 'none' };

/** A forward proxy. */
export interface ForwardProxy {
  /** Host name or IP address. */
  readonly host: string;
  readonly port: number;
  /** How the proxy itself is spoken to. */
  readonly protocol: 'http' | 'https';
  /** Its password is in `SourceSecrets`. */
  readonly user?: string;
}

/** How the endpoint's certificate is judged. */
export interface TlsSettings {
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** True: any certificate is taken. Whoever is on the way can then read and change everything. */
  readonly insecure: boolean;
}

/** What a source knows that nobody else may: given to the connector, never shown, never logged. */
export interface SourceSecrets {
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly proxyPassword?: string;
}

/**
 * Which repository takes a record: by rules of its own, or by a stored policy. The rules stay as the JSON that was
 * checked when it came in (`readRoutingRules`): a copy of it in another form could say something else.
 */
export type RoutingRef =
  | { readonly kind: 'inline'; readonly rules: RoutingJson }
  | { readonly kind: 'policy'; readonly name: string };

/** `catch_all`, `routing_criterion` and what else `readRoutingRules` takes. */
export type RoutingJson = Readonly<Record<string, unknown>>;

/** A normalizer by name, such as `CloudTrailCompiledNormalizer` of type `compiled`. */
export interface NormalizerRef {
  readonly name: string;
  readonly type: string;
}
