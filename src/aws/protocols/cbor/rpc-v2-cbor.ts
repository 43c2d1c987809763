import { refuse } from '../../refuse.ts';
import type { Codec } from '../codec.ts';
import { queryError } from '../json/aws-json.ts';
import { readJson } from '../json/read-json.ts';
import { CborError, readCbor } from './read-cbor.ts';
import { writeCbor, writeTexts } from './write-cbor.ts';

const headers: ReadonlyMap<string, string> = new Map([
  ['Content-Type', 'application/cbor'],
  ['smithy-protocol', 'rpc-v2-cbor'],
]);

/** https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
export function createRpcV2Cbor(): Codec {
  const complaints = { malformed: (message: string) => refuse('rpcV2Cbor', 'malformed', message) };

  function parse(body: Buffer): unknown {
    // An empty body stands for an empty object.
    if (body.length === 0) return {};
    try {
      return readCbor(body);
    } catch (error) {
      if (error instanceof CborError)
        throw complaints.malformed(`The request body is not CBOR: ${error.message}`);
      throw error;
    }
  }

  return {
    decode(operation, { body }) {
      const { value, missing } = readJson(operation.input, parse(body), complaints);
      return { input: value, missing };
    },
    encode(_service, operation, output) {
      return { status: 200, headers, body: writeCbor(operation.output, output) };
    },
    encodeError(service, error) {
      const all = new Map([...headers, ...Object.entries(error.headers)]);
      if (service?.queryErrorCodes) all.set('x-amzn-query-error', queryError(service.queryErrorCodes, error));
      const body = writeTexts({ __type: error.code, message: error.message, ...error.details });
      return { status: error.status, headers: all, body };
    },
  };
}

/** The operation in `/service/<service>/operation/<operation>`; undefined for other paths. */
export function splitOperationPath(path: string): { service: string; operation: string } | undefined {
  const found = /^\/service\/([A-Za-z0-9_.]{1,200})\/operation\/([A-Za-z0-9_]{1,200})$/.exec(path);
  return found ? { service: found[1]!, operation: found[2]! } : undefined;
}
