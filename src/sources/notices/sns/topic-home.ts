import type { NoticeTopic } from '../../index.ts';

/** Where a topic lives: the only place whose certificates are believed and whose links are visited. */
export interface TopicHome {
  /** Of the pattern `https://host[:port]`. */
  readonly origin: string;
  /** AWS's own: its certificates stand behind its TLS, whatever a source says of certificates. */
  readonly isAws: boolean;
}

const ARN = /^arn:([a-z-]+):sns:([a-z0-9-]{1,63}):/;
/** Elsewhere any name, but where no bucket can be: objects of buckets that answer at the same address are whoever's. */
const OTHER_CERTIFICATE = /^\/((v1|_\w+)\/sns\/)?[\w.-]+\.pem$/;
/** AWS's name for its certificates. */
const AWS_CERTIFICATE = /^\/SimpleNotificationService-[0-9a-zA-Z]{16,128}\.pem$/;

/** A topic's home: the endpoint that the operator named, or AWS's SNS in the topic's own Region. */
export function homeOf({ arn, endpointUrl }: NoticeTopic): TopicHome {
  if (endpointUrl !== undefined) return { origin: new URL(endpointUrl).origin, isAws: false };
  const [, partition, region = ''] = ARN.exec(arn) ?? [];
  const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { origin: `https://sns.${region}.${domain}`, isAws: true };
}

/** The address of a certificate when it is one of the home's. */
export function certificateAt(text: string, home: TopicHome): URL | undefined {
  const url = urlAt(text, home);
  if (url?.search !== '') return undefined;
  return (home.isAws ? AWS_CERTIFICATE : OTHER_CERTIFICATE).test(url.pathname) ? url : undefined;
}

/** The address that confirms a subscription to this topic, when it is one of the home's. */
export function confirmationAt(text: string, home: TopicHome, topicArn: string): URL | undefined {
  const url = urlAt(text, home);
  const query = url?.searchParams;
  const isMeant =
    query?.getAll('Action').join() === 'ConfirmSubscription' && query.getAll('TopicArn').join() === topicArn;
  return isMeant ? url : undefined;
}

function urlAt(text: string, { origin }: TopicHome): URL | undefined {
  if (text.length > 4_096 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '' && url.hash === '';
  return url.origin === origin && isPlain ? url : undefined;
}
