import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { STSClientConfig } from '@aws-sdk/client-sts';
import type { LogSource, SourceSecrets } from '../index.ts';
import { createAddressGuard } from './address-guard.ts';
import { credentialsOf } from './credentials.ts';
import { getText } from './get-text.ts';
import { CONNECT_LIMITS, type ConnectLimits, requestHandlerOf } from './request-handler.ts';

/** Makes clients for sources. */
export interface SourceConnect {
  /** A client for the source's bucket; whoever asked destroys it. Nothing is sent yet. @throws CredentialsMissing */
  s3(source: LogSource, secrets: SourceSecrets): S3Client;
  /**
   * A client for a queue, with the source's credentials; whoever asked destroys it. Requests go to where the queue's
   * address leads, AWS or another SQS. @throws CredentialsMissing
   */
  sqs(source: LogSource, secrets: SourceSecrets, queueUrl: string): SQSClient;
  /**
   * Reads a small public text by the source's way: its proxy, its TLS rules, allowed addresses only, no redirects.
   * `judged`: the certificate is checked though the source takes any. @throws Error
   */
  text(
    source: Pick<LogSource, 'connector'>,
    secrets: SourceSecrets,
    url: URL,
    options: { readonly judged: boolean },
  ): Promise<string>;
  /** The settings that clients of other services at the source's place share with it, as for its CloudTrail. */
  shared(source: Pick<LogSource, 'connector'>, secrets: SourceSecrets): SharedClientConfig;
}

/** What every client of a source has in common. */
export type SharedClientConfig = Pick<
  STSClientConfig,
  'region' | 'credentials' | 'requestHandler' | 'maxAttempts' | 'signer' | 'ignoreConfiguredEndpointUrls'
>;

/** The SDK looks for credentials before it asks its signer, which uses none of these. */
const UNSIGNED: SharedClientConfig = {
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  signer: { sign: async (request) => request },
};

/** Stands for AWS itself: the SDK then finds the bucket's Region and address. */
const AWS_ENDPOINT = /^https:\/\/s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?\/?$/i;

/** AWS's own SQS, and the Region that its address names. */
const AWS_QUEUE = /^sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/i;

/** Of a certificate, or of an answer to a confirmation; and how long it may take, ms. */
const TEXT_BYTES = 64 << 10;
const TEXT_TIMEOUT = 10_000;

/** True when the endpoint is AWS's own S3, whose addresses the SDK knows better. */
export function isAwsEndpoint(endpointUrl: string): boolean {
  return AWS_ENDPOINT.test(endpointUrl);
}

/**
 * The way from a source to its bucket. `isAllowed` says which IP addresses may be connected to; it is asked when the
 * connection is made. Through a proxy only the proxy's own address is known and asked for, and that of an endpoint
 * that is a literal address.
 */
export function createSourceConnect(options: {
  readonly isAllowed: (address: string) => boolean;
  readonly limits?: Partial<ConnectLimits>;
}): SourceConnect {
  const guard = createAddressGuard(options.isAllowed);
  const limits = { ...CONNECT_LIMITS, ...options.limits };

  function shared({ connector }: Pick<LogSource, 'connector'>, secrets: SourceSecrets): SharedClientConfig {
    const requestHandler = requestHandlerOf(connector, secrets, guard, limits);
    const credentials = credentialsOf(connector, secrets, requestHandler);
    return {
      region: connector.region,
      requestHandler,
      // AWS_ENDPOINT_URL names this very server to other clients: a source says itself where it is.
      ignoreConfiguredEndpointUrls: true,
      ...(credentials && { credentials }),
      ...(connector.credentials.kind === 'none' && UNSIGNED),
      // The collector has retries of its own, which know what can wait.
      maxAttempts: 2,
    };
  }

  return {
    shared,
    async text({ connector }, secrets, url, { judged }) {
      const tls = judged ? { ...connector.tls, insecure: false } : connector.tls;
      const agents = requestHandlerOf({ ...connector, tls }, secrets, guard, limits);
      try {
        return await getText(url, agents, { maxBytes: TEXT_BYTES, timeout: TEXT_TIMEOUT });
      } finally {
        agents.httpAgent.destroy();
        agents.httpsAgent.destroy();
      }
    },
    sqs(source, secrets, queueUrl) {
      const { hostname, origin } = new URL(queueUrl);
      const region = AWS_QUEUE.exec(hostname)?.[1];
      if (region === undefined) guard.check(hostname);
      return new SQSClient({
        ...shared(source, secrets),
        region: region ?? source.connector.region,
        endpoint: origin,
        useQueueUrlAsEndpoint: false,
      });
    },
    s3(source, secrets) {
      const { endpointUrl, pathStyle } = source.connector;
      const isAws = isAwsEndpoint(endpointUrl);
      if (!isAws) guard.check(new URL(endpointUrl).hostname);
      return new S3Client({
        ...shared(source, secrets),
        ...(!isAws && { endpoint: endpointUrl }),
        forcePathStyle: pathStyle ?? !isAws,
        // A bucket in another Region than the source says is read all the same.
        followRegionRedirects: isAws,
        // Other S3s send no checksums; the collector has its own proof of what it read.
        responseChecksumValidation: 'WHEN_REQUIRED',
        requestChecksumCalculation: 'WHEN_REQUIRED',
      });
    },
  };
}
