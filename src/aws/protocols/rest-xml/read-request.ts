import { isUtf8 } from 'node:buffer';
import { ServiceError } from '../../service.ts';
import { type Member, membersOf, type OperationShape } from '../../shape.ts';
import { header } from '../../wire-request.ts';
import type { Decoded, DecodeRequest } from '../codec.ts';
import { readText } from '../read-text.ts';
import { parseXml, XmlProblem } from './parse-xml.ts';
import { readXml } from './read-xml.ts';

/** Gathers an input from label, query, headers and payload, as its members' traits say. */
export function readRequest(operation: OperationShape, request: DecodeRequest): Decoded {
  const input: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const member of membersOf(operation.input.shape).values()) {
    const value = readMember(member, request);
    if (value !== undefined) input[member.name] = value;
    else if (member.required)
      missing.push(member.traits.httpHeader ?? member.traits.httpQuery ?? member.name);
  }
  return { input: request.stream ? withoutFraming(input, request) : input, missing };
}

function readMember(member: Member, request: DecodeRequest): unknown {
  const { traits } = member;
  if (traits.httpLabel !== undefined)
    return member.name === 'Bucket' ? request.address?.bucket : request.address?.key;
  if (traits.httpQuery !== undefined)
    return converted(member, traits.httpQuery, request.address?.query.get(traits.httpQuery));
  if (traits.httpHeader !== undefined) {
    return converted(member, traits.httpHeader, header(request.wire, traits.httpHeader.toLowerCase()));
  }
  if (traits.httpPrefixHeaders !== undefined)
    return prefixed(request, traits.httpPrefixHeaders.toLowerCase());
  if (traits.httpPayload !== undefined) return payload(member, request);
  return undefined;
}

function converted(member: Member, name: string, text: string | undefined): unknown {
  // An empty value is an absent one, but for strings: `prefix=` and `delimiter=` are said in so many words.
  if (text === undefined || (text === '' && member.shape.kind !== 'string')) return undefined;
  if (member.shape.kind === 'list') return text.split(',').map((item) => item.trim());
  const value = readText(member.shape, text);
  // Dates in conditional headers that cannot be read are ignored (RFC 9110, 13.1.3).
  if (value !== undefined || member.shape.kind === 'timestamp') return value;
  const details = { ArgumentName: name, ArgumentValue: text.slice(0, 200) };
  throw new ServiceError('InvalidArgument', `Provided ${name} is not a ${member.shape.kind}`, {
    status: 400,
    details,
  });
}

function prefixed(request: DecodeRequest, prefix: string): Record<string, string> | undefined {
  // Without a prototype, so that `x-amz-meta-__proto__` is a name like any other.
  const read: Record<string, string> = Object.create(null);
  let any = false;
  for (const name of request.wire.headers.keys()) {
    if (!name.startsWith(prefix) || name.length === prefix.length) continue;
    read[name.slice(prefix.length)] = header(request.wire, name) ?? '';
    any = true;
  }
  return any ? read : undefined;
}

function payload(member: Member, request: DecodeRequest): unknown {
  if (request.stream) return request.stream.body;
  const { body } = request;
  if (member.shape.kind === 'blob') return new Uint8Array(body);
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformed();
  const text = body.toString('utf8');
  if (member.shape.kind === 'string') return text;
  try {
    return readXml(member, rootOf(member, text));
  } catch (error) {
    throw error instanceof XmlProblem ? malformed(error) : error;
  }
}

function rootOf(member: Member, text: string) {
  const root = parseXml(text);
  const name = member.traits.xmlName;
  if (name !== undefined && root.name !== name)
    throw new XmlProblem(`expected <${name}>, got <${root.name}>`);
  return root;
}

function malformed(cause?: Error): ServiceError {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new ServiceError('MalformedXML', message, { status: 400, cause });
}

/** `aws-chunked` is how the body travelled, not what the object is; its length is the one without framing. */
function withoutFraming(input: Record<string, unknown>, request: DecodeRequest): Record<string, unknown> {
  if (request.stream?.length !== undefined) input.ContentLength = request.stream.length;
  if (typeof input.ContentEncoding !== 'string') return input;
  const codings = input.ContentEncoding.split(',').map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked');
  if (kept.length > 0) input.ContentEncoding = kept.join(',');
  else delete input.ContentEncoding;
  return input;
}
