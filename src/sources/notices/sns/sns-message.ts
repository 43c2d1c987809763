/** What SNS posts, by https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
export interface SnsMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly topicArn: string;
  readonly message: string;
  /** Only of confirmations. */
  readonly subscribeUrl?: string;
  readonly signatureVersion: '1' | '2';
  /** Base64. */
  readonly signature: string;
  readonly certificateUrl: string;
  /** What was signed. */
  readonly signedText: string;
}

const CONFIRMED = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
const NOTIFIED = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];

/** Members that are signed, in their order; `Subject` only if it is there. */
const SIGNED: ReadonlyMap<string, readonly string[]> = new Map([
  ['Notification', NOTIFIED],
  ['SubscriptionConfirmation', CONFIRMED],
  ['UnsubscribeConfirmation', CONFIRMED],
]);

/** Reads a message; nothing of it is believed yet. Answers why it is none. */
export function readSnsMessage(text: string): SnsMessage | { readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: 'it is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { why: 'it is no object' };
  const members = new Map<string, unknown>(Object.entries(value));
  const of = (name: string): string => {
    const member = members.get(name);
    return typeof member === 'string' ? member : '';
  };
  const type = of('Type');
  const names = SIGNED.get(type);
  if (!names) return { why: 'its Type is none of SNS' };
  const lacking = [...names, 'Signature', 'SigningCertURL'].find(
    (name) => of(name) === '' && name !== 'Subject' && name !== 'Message',
  );
  if (lacking !== undefined) return { why: `it has no ${lacking}` };
  const signatureVersion = of('SignatureVersion');
  if (signatureVersion !== '1' && signatureVersion !== '2') {
    return { why: 'its SignatureVersion is neither 1 nor 2' };
  }
  const signed = names.filter((name) => name !== 'Subject' || typeof members.get(name) === 'string');
  return {
    type: type as SnsMessage['type'],
    topicArn: of('TopicArn'),
    message: of('Message'),
    ...(names === CONFIRMED && { subscribeUrl: of('SubscribeURL') }),
    signatureVersion,
    signature: of('Signature'),
    certificateUrl: of('SigningCertURL'),
    signedText: signed.map((name) => `${name}\n${of(name)}\n`).join(''),
  };
}
