import { XmlCodec } from '@aws-sdk/core/protocols';
import { refuse } from '../../refuse.ts';
import type { Service } from '../../service.ts';
import { membersOf, type OperationShape } from '../../shape.ts';
import type { Answer, Codec } from '../codec.ts';
import { xmlElement } from '../xml-text.ts';
import { readForm } from './read-form.ts';

const headers: ReadonlyMap<string, string> = new Map([['Content-Type', 'text/xml']]);

/** awsQuery: forms in, XML out (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html). */
export function createAwsQuery(): Codec {
  const codec = new XmlCodec({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    xmlNamespace: '',
    serviceNamespace: '',
  });
  const malformed = (message: string) => refuse('awsQuery', 'malformed', message);
  return {
    decode(operation, { form }) {
      const { value, missing } = readForm(operation.input, form ?? new Map(), malformed);
      return { input: value, missing };
    },
    encode(service, operation, output, requestId) {
      const result = resultOf(codec, operation, output);
      const metadata = `<ResponseMetadata>${xmlElement('RequestId', requestId)}</ResponseMetadata>`;
      const name = `${operation.name}Response`;
      return { status: 200, headers, body: `<${name}${namespaceOf(service)}>${result}${metadata}</${name}>` };
    },
    encodeError,
  };
}

function encodeError(
  service: Service | undefined,
  error: Parameters<Codec['encodeError']>[1],
  requestId: string,
): Answer {
  const type = xmlElement('Type', error.status >= 500 ? 'Receiver' : 'Sender');
  const inner = `<Error>${type}${xmlElement('Code', service?.queryErrorCodes?.get(error.code) ?? error.code)}${xmlElement('Message', error.message)}</Error>`;
  const body = `<ErrorResponse${namespaceOf(service)}>${inner}${xmlElement('RequestId', requestId)}</ErrorResponse>`;
  return { status: error.status, headers: new Map([...headers, ...Object.entries(error.headers)]), body };
}

/** An operation that returns nothing has no result element, only metadata. */
function resultOf(codec: XmlCodec, operation: OperationShape, output: unknown): string {
  if (membersOf(operation.output.shape).size === 0) return '';
  const serializer = codec.createSerializer();
  serializer.write(operation.output.schema, output ?? {});
  const text = String(serializer.flush());
  // The serialiser names the root after its shape; the protocol wants the operation's name.
  const opening = /^<[^\s/>]+/.exec(text)?.[0] ?? '';
  const result = `${operation.name}Result`;
  if (text.endsWith('/>')) return `<${result}/>`;
  return `<${result}${text.slice(opening.length, text.lastIndexOf('</'))}</${result}>`;
}

function namespaceOf(service: Service | undefined): string {
  return service?.xmlNamespace ? ` xmlns="${service.xmlNamespace}"` : '';
}
