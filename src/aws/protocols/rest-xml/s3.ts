import type { Answer, Codec, WireError } from '../codec.ts';
import { xmlElement } from '../xml-text.ts';
import { readRequest } from './read-request.ts';
import { writeResponse } from './write-response.ts';

/** restXml as S3 speaks it (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html). */
export function createRestXml(): Codec {
  return {
    decode: readRequest,
    encode: (_service, operation, output) => writeResponse(operation, output),
    encodeError: (_service, error, requestId) => writeError(error, requestId),
  };
}

/** S3's errors have no namespace and no envelope; details stand between message and request id. */
function writeError(error: WireError, requestId: string): Answer {
  const headers = new Map([['Content-Type', 'application/xml'], ...Object.entries(error.headers)]);
  if (error.status === 304 || error.status === 204) {
    headers.delete('Content-Type');
    return { status: error.status, headers, body: undefined };
  }
  const details = Object.entries(error.details).map(([name, text]) => xmlElement(name, text));
  const parts = [
    xmlElement('Code', error.code),
    xmlElement('Message', error.message),
    ...details,
    xmlElement('RequestId', requestId),
    xmlElement('HostId', hostIdOf(requestId)),
  ];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${parts.join('')}</Error>`;
  return { status: error.status, headers, body };
}

/** `x-amz-id-2`: opaque to clients; derived, so that log and answer agree without keeping it. */
export function hostIdOf(requestId: string): string {
  return Buffer.from(`opentrail/${requestId}`).toString('base64');
}
