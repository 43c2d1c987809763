import { isUtf8 } from 'node:buffer';
import { refuse } from '../../refuse.ts';
import type { Protocol } from '../../service.ts';
import type { Codec, WireError } from '../codec.ts';
import { readJson } from './read-json.ts';
import { writeJson } from './write-json.ts';

/**
 * awsJson 1.0 and 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), with the error body that
 * CloudTrail's own servers send: a bare shape name in `__type`, and a capital `Message`.
 */
export function createAwsJson(protocol: Extract<Protocol, 'awsJson1_0' | 'awsJson1_1'>): Codec {
  const contentType = protocol === 'awsJson1_0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  const headers: ReadonlyMap<string, string> = new Map([['Content-Type', contentType]]);
  const complaints = { malformed: (message: string) => refuse(protocol, 'malformed', message) };
  return {
    decode(operation, { body }) {
      const { value, missing } = readJson(operation.input, parse(body, complaints.malformed), complaints);
      return { input: value, missing };
    },
    encode(_service, operation, output) {
      return { status: 200, headers, body: writeJson(operation.output, output) };
    },
    encodeError(service, error) {
      const body = JSON.stringify({ __type: error.code, Message: error.message, ...error.details });
      const all = new Map([...headers, ...Object.entries(error.headers)]);
      if (service?.queryErrorCodes) all.set('x-amzn-query-error', queryError(service.queryErrorCodes, error));
      return { status: error.status, headers: all, body };
    },
  };
}

/**
 * What `x-amzn-query-error` says of an error.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
 */
export function queryError(codes: ReadonlyMap<string, string>, { code, status }: WireError): string {
  return `${codes.get(code) ?? code.replace(/Exception$/, '')};${status >= 500 ? 'Receiver' : 'Sender'}`;
}

function parse(body: Buffer, malformed: (message: string) => Error): unknown {
  // An empty body stands for an empty object: some SDKs send nothing for an operation without input.
  if (body.length === 0) return {};
  if (!isUtf8(body)) throw malformed('The request body is not valid UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw malformed('The request body is not valid JSON');
  }
}
