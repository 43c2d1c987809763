import { isIP } from 'node:net';
import { isAllowedAddress } from './allowed-address.ts';
import { TopicError } from './topic.ts';

/**
 * Ways to a subscriber: AWS's (https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html) as far as they are built,
 * and two for people: `slack` (an incoming webhook) and `webhook` (plain JSON), which send only to what the operator lists.
 */
export const PROTOCOLS = ['http', 'https', 'email', 'email-json', 'sqs', 'slack', 'webhook'] as const;

/** One of `PROTOCOLS`. */
export type Protocol = (typeof PROTOCOLS)[number];

/** What decides about endpoints beside their form. */
export interface EndpointRules {
  /** May http and https endpoints live in private networks? */
  readonly allowPrivate: boolean;
  /** Is there a mail server? */
  readonly hasMail: boolean;
  /** Are there queues? */
  readonly hasQueues: boolean;
  /** Did the operator list this address for `slack` and `webhook`? */
  readonly isListed: (endpoint: string) => boolean;
}

const MAX_ENDPOINT = 2_048;

/**
 * Refuses an endpoint that the protocol cannot have, or that may not be reached. Names are checked again at each
 * connection, by the address they lead to.
 * @throws TopicError InvalidParameter
 */
export function checkEndpoint(protocol: Protocol, endpoint: string, rules: EndpointRules): void {
  if (endpoint === '' || endpoint.length > MAX_ENDPOINT) throw refused('Endpoint');
  switch (protocol) {
    case 'http':
    case 'https':
      checkUrl(protocol, endpoint, rules.allowPrivate);
      return;
    case 'email':
    case 'email-json':
      if (!rules.hasMail) throw refused(`Protocol Reason: ${protocol} needs a mail server: set --smtp-url`);
      // It becomes the recipient of a mail: no lists, no comments, no second address, no control characters.
      if (!/^[^\s@<>"'(),:;\\[\]]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,250}[a-zA-Z0-9])?$/.test(endpoint)) {
        throw refused('Email address');
      }
      return;
    case 'sqs':
      checkQueue(endpoint, rules.hasQueues);
      return;
    case 'slack':
    case 'webhook':
      if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
        throw refused('Endpoint must be an http or https address');
      }
      if (!rules.isListed(endpoint)) {
        throw refused(
          `Endpoint Reason: ${protocol} sends only to addresses that the operator lists with --notify-endpoints`,
        );
      }
  }
}

/** Does the protocol have messages without SNS's envelope? */
export function hasRawDelivery(protocol: Protocol): boolean {
  return protocol !== 'email' && protocol !== 'email-json';
}

/** Parts of a queue's ARN; undefined when it is none. */
export function readQueueArn(arn: string): { readonly account: string; readonly name: string } | undefined {
  const found = /^arn:aws:sqs:[a-z0-9-]{1,40}:(\d{12}):([\w-]{1,80}(?:\.fifo)?)$/.exec(arn);
  return found ? { account: found[1]!, name: found[2]! } : undefined;
}

function checkUrl(protocol: string, endpoint: string, allowPrivate: boolean): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== `${protocol}:`) throw refused('Endpoint must match the specified protocol');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowedAddress(host, allowPrivate)) {
    throw refused('Endpoint Reason: private and link-local addresses are not sent to');
  }
}

function checkQueue(endpoint: string, hasQueues: boolean): void {
  if (!hasQueues) throw refused('Protocol Reason: there are no queues here');
  const queue = readQueueArn(endpoint);
  if (!queue) throw refused('SQS endpoint ARN');
  if (queue.name.endsWith('.fifo')) {
    throw refused(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  }
}

function refused(what: string): TopicError {
  return new TopicError('InvalidParameter', `Invalid parameter: ${what}`);
}
