import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeAnswer } from './answer.ts';
import { type Exchange, newRequestId } from './exchange.ts';
import { OperationFinder } from './find-operation.ts';
import { type Chain, serve } from './handler-chain.ts';
import { createRpcV2Cbor } from './protocols/cbor/rpc-v2-cbor.ts';
import type { Answer, Codec } from './protocols/codec.ts';
import { createAwsJson } from './protocols/json/aws-json.ts';
import { createAwsQuery } from './protocols/query/aws-query.ts';
import { createRestXml } from './protocols/rest-xml/s3.ts';
import { refuse } from './refuse.ts';
import type { FrontDoorDependencies, Protocol, Service } from './service.ts';
import { ServiceRouter } from './service-router.ts';
import { type Claim, readClaim } from './sigv4/claim.ts';
import { SignatureRefusal, signatureError } from './sigv4/refusal.ts';
import { inSpokenProtocol } from './spoken-protocol.ts';
import { wireErrorOf } from './wire-error.ts';
import { header, mediaType, openRequest, type WireRequest } from './wire-request.ts';

/** Serves one request, to its answer; never rejects. */
export type FrontDoor = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/**
 * Opens the AWS front door over a set of services. It knows none of them: shapes come from the SDK's schemas, rules
 * from the handlers. Concurrent requests share nothing but the cache of signing keys. Throws at once on a service
 * whose protocol has no codec.
 */
export function createFrontDoor(dependencies: FrontDoorDependencies): FrontDoor {
  const { services, now } = dependencies;
  const codecs: ReadonlyMap<Protocol, Codec> = new Map([
    ['awsJson1_0', createAwsJson('awsJson1_0')],
    ['awsJson1_1', createAwsJson('awsJson1_1')],
    ['awsQuery', createAwsQuery()],
    ['restXml', createRestXml()],
    ['rpcV2Cbor', createRpcV2Cbor()],
  ]);
  for (const { protocol, signingNames } of services) {
    if (!codecs.has(protocol))
      throw new TypeError(`${signingNames[0]}: the protocol ${protocol} is not built`);
  }
  const router = new ServiceRouter(services);
  const chain: Chain = { dependencies, finder: new OperationFinder(services), codecs };

  return async (req, res) => {
    const wire = openRequest(req);
    const { claim, refusal } = tryClaim(wire);
    const routed = router.route(wire, claim?.service);
    const service = routed && inSpokenProtocol(routed, wire);
    const protocol = service?.protocol ?? guessProtocol(wire);
    const requestId = newRequestId(service);
    const answer = await answerOf(chain, protocol, service, { wire, claim, requestId, now: now() }, refusal);
    await writeAnswer(req, res, answer, protocol, requestId);
  };
}

async function answerOf(
  chain: Chain,
  protocol: Protocol,
  service: Service | undefined,
  arrived: Omit<Exchange, 'service'>,
  refusal: SignatureRefusal | undefined,
): Promise<Answer> {
  try {
    if (refusal) throw refusal;
    if (!service) throw notServed(protocol, arrived.claim);
    return await serve(chain, { ...arrived, service });
  } catch (error) {
    const told = error instanceof SignatureRefusal ? signatureError(protocol, error) : error;
    const wireError = wireErrorOf(service, told);
    if (wireError.ours) chain.dependencies.onError?.(error, undefined);
    return chain.codecs.get(protocol)!.encodeError(service, wireError, arrived.requestId);
  }
}

function tryClaim(wire: WireRequest): { claim?: Claim; refusal?: SignatureRefusal } {
  try {
    return { claim: readClaim(wire) };
  } catch (error) {
    if (error instanceof SignatureRefusal) return { refusal: error };
    throw error;
  }
}

/** The form in which a client whose service we do not serve can still read our answer. */
function guessProtocol(wire: WireRequest): Protocol {
  const type = mediaType(wire);
  if (header(wire, 'x-amz-target') !== undefined || /^application\/(x-amz-json-1\.[01]|json)$/.test(type)) {
    return type === 'application/x-amz-json-1.0' ? 'awsJson1_0' : 'awsJson1_1';
  }
  if (type === 'application/x-www-form-urlencoded' || /(^|&)Action=/.test(wire.queryText)) return 'awsQuery';
  return 'restXml';
}

function notServed(protocol: Protocol, claim: Claim | undefined) {
  const name = claim?.service ?? 'the service of this request';
  return refuse(protocol, 'notImplemented', `This version of opentrail does not serve ${name}`);
}
