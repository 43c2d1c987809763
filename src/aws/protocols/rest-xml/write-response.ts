import { Readable } from 'node:stream';
import { XmlCodec } from '@aws-sdk/core/protocols';
import { type Member, membersOf, type OperationShape } from '../../shape.ts';
import { writeTimestamp } from '../../timestamp.ts';
import type { Answer } from '../codec.ts';
import { xmlText } from '../xml-text.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const codec = new XmlCodec({
  timestampFormat: { useTrait: true, default: 5 },
  httpBindings: true,
  xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  serviceNamespace: 'com.amazonaws.s3',
});

/**
 * Splits an output into status, headers and body. The SDK's XML writer knows nothing of header-bound members and
 * payloads, so it is given what is left. An output member `$status` overrides the operation's status.
 */
export function writeResponse(operation: OperationShape, output: unknown): Answer {
  const given = (output ?? {}) as Readonly<Record<string, unknown>>;
  const headers = new Map<string, string>();
  const rest: Record<string, unknown> = {};
  let payload: Member | undefined;
  let hasBody = false;
  for (const member of membersOf(operation.output.shape).values()) {
    const value = given[member.name];
    const { httpHeader, httpPrefixHeaders, httpPayload, httpResponseCode } = member.traits;
    if (httpPayload !== undefined) payload = member;
    else if (httpHeader !== undefined) writeHeader(headers, httpHeader, member, value);
    else if (httpPrefixHeaders !== undefined) writePrefixed(headers, httpPrefixHeaders, value);
    else if (httpResponseCode === undefined) {
      hasBody = true;
      rest[member.name] = value;
    }
  }
  const status = typeof given.$status === 'number' ? given.$status : (operation.http?.status ?? 200);
  if (payload) return { status, headers, body: writePayload(payload, given[payload.name], headers) };
  if (!hasBody || status === 204 || status === 304) return { status, headers, body: undefined };
  headers.set('Content-Type', 'application/xml');
  return { status, headers, body: declaration + writeRoot(operation, rest) };
}

function writeRoot(operation: OperationShape, rest: Record<string, unknown>): string {
  // The one answer whose root holds text (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html).
  if (operation.name === 'GetBucketLocation') {
    const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
    const location = rest.LocationConstraint;
    return location === undefined || location === null || location === ''
      ? `<LocationConstraint ${namespace}/>`
      : `<LocationConstraint ${namespace}>${xmlText(String(location))}</LocationConstraint>`;
  }
  const text = serialize(operation.output, rest);
  // Where the shape has no name of its own, AWS's root is the operation's: `ListBucketsOutput` is `ListBucketsResult`.
  return rename(text, rootName(operation));
}

/** Roots as S3's reference prints them: the shape's `xmlName`, else `<Operation>Result`. */
function rootName(operation: OperationShape): string {
  return operation.output.traits.xmlName ?? `${operation.name}Result`;
}

function rename(text: string, name: string): string {
  const opening = /^<([^\s/>]+)/.exec(text)?.[1] ?? '';
  if (opening === name) return text;
  const body = text.slice(opening.length + 1);
  return `<${name}${body.endsWith('/>') ? body : `${body.slice(0, body.lastIndexOf('</'))}</${name}>`}`;
}

function writePayload(member: Member, value: unknown, headers: Map<string, string>): Answer['body'] {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Readable || value instanceof Uint8Array) return value;
  if (typeof value === 'string') return value;
  headers.set('Content-Type', 'application/xml');
  return declaration + serialize(member, value);
}

function serialize(member: Member, value: unknown): string {
  const serializer = codec.createSerializer();
  serializer.write(member.schema, value);
  return String(serializer.flush());
}

function writeHeader(headers: Map<string, string>, name: string, member: Member, value: unknown): void {
  if (value === undefined || value === null) return;
  const { shape } = member;
  if (shape.kind === 'timestamp') headers.set(name, writeTimestamp(value as Date, shape.format, 'http-date'));
  else if (Array.isArray(value)) headers.set(name, value.map(String).join(','));
  else headers.set(name, headerText(String(value)));
}

function writePrefixed(headers: Map<string, string>, prefix: string, value: unknown): void {
  for (const [name, text] of Object.entries((value ?? {}) as Readonly<Record<string, unknown>>)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) headers.set(prefix + name, headerText(String(text)));
  }
}

/** Text that a header cannot carry goes in RFC 2047 form, as S3 does with metadata. */
function headerText(text: string): string {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
    ? text
    : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}
