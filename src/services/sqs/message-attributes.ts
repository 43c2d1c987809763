import { createHash } from 'node:crypto';
import type * as client from '@aws-sdk/client-sqs';
import { ServiceError } from '../../aws/index.ts';
import type { MessageAttribute } from '../../queues/index.ts';
import { invalidValue } from './errors.ts';

/** Attributes of one message. */
const MOST = 10;

type Sent = Readonly<Record<string, client.MessageAttributeValue>> | undefined;

/** Checks and reads a message's attributes. @throws ServiceError InvalidParameterValue */
export function readAttributes(sent: Sent): Map<string, MessageAttribute> {
  const entries = Object.entries(sent ?? {});
  if (entries.length > MOST) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MOST}].`,
    );
  }
  return new Map(entries.map(([name, value]) => [name, readAttribute(name, value)]));
}

function readAttribute(name: string, value: client.MessageAttributeValue): MessageAttribute {
  if (!/^[\w.-]{1,256}$/.test(name) || /^(?:aws|amazon)\./i.test(name) || /^\.|\.$|\.\./.test(name)) {
    throw invalidValue(name, 'MessageAttributes', 'The name of a message attribute is not valid.');
  }
  const type = value.DataType ?? '';
  if (!/^(?:String|Number|Binary)(?:\.[^\s]{1,240})?$/.test(type)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  const text = type.startsWith('Binary')
    ? value.BinaryValue && Buffer.from(value.BinaryValue).toString('base64')
    : value.StringValue;
  if (!text) {
    throw new ServiceError(
      'InvalidParameterValue',
      `The message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
    );
  }
  if (type.startsWith('Number') && (text.length > 200 || !Number.isFinite(Number(text)))) {
    throw invalidValue(text, name, 'It is not a number.');
  }
  return { type, value: text };
}

/** In SQS's own form. */
export function writeAttributes(
  attributes: ReadonlyMap<string, MessageAttribute>,
): Record<string, client.MessageAttributeValue> {
  return Object.fromEntries(
    [...attributes].map(([name, { type, value }]) => [
      name,
      type.startsWith('Binary')
        ? { BinaryValue: new Uint8Array(Buffer.from(value, 'base64')), DataType: type }
        : { StringValue: value, DataType: type },
    ]),
  );
}

/** Those that a receiver asks for: `All`, `.*`, names, and `beginning.*`. */
export function chooseAttributes(
  attributes: ReadonlyMap<string, MessageAttribute>,
  asked: readonly string[],
): Map<string, MessageAttribute> {
  const isAsked = (name: string) =>
    asked.some(
      (one) => one === 'All' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))),
    );
  return new Map([...attributes].filter(([name]) => isAsked(name)));
}

/** Hex MD5 of a text, which clients compare. */
export function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/**
 * Hex MD5 of attributes: by name, each part with its length before it, values after a byte that tells text from bytes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: ReadonlyMap<string, MessageAttribute>): string | undefined {
  if (attributes.size === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, { type, value }] of [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(Buffer.from(name));
    add(Buffer.from(type));
    const isBinary = type.startsWith('Binary');
    hash.update(Buffer.from([isBinary ? 2 : 1]));
    add(Buffer.from(value, isBinary ? 'base64' : 'utf8'));
  }
  return hash.digest('hex');
}

/** Bytes that attributes add to a message. */
export function attributeBytes(attributes: ReadonlyMap<string, MessageAttribute>): number {
  let bytes = 0;
  for (const [name, { type, value }] of attributes) {
    const body = type.startsWith('Binary') ? Buffer.byteLength(value, 'base64') : Buffer.byteLength(value);
    bytes += Buffer.byteLength(name + type) + body;
  }
  return bytes;
}
