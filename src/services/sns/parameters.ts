import { ServiceError } from '../../aws/index.ts';
import { readTopicArn, TopicError } from '../../topics/index.ts';

/** SNS's code for everything that is wrong with a request. */
export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameter', `Invalid parameter: ${message}`, { status: 400 });
}

/** For what AWS has and we have not: said, never swallowed. */
export function notBuilt(what: string): ServiceError {
  return invalid(`${what} is not built in opentrail`);
}

/** A topic's ARN in the Region that was called. @throws ServiceError InvalidParameter */
export function mustBeTopicArn(arn: string | undefined, region: string, name = 'TopicArn'): string {
  const address = arn === undefined ? undefined : readTopicArn(arn);
  if (!address || address.subscriptionId || address.region !== region) throw invalid(name);
  return arn!;
}

/** A subscription's ARN. @throws ServiceError InvalidParameter */
export function mustBeSubscriptionArn(arn: string | undefined): string {
  if (arn === undefined || !readTopicArn(arn)?.subscriptionId) throw invalid('SubscriptionId');
  return arn;
}

/** Lets the room's refusals through in the front door's form. */
export async function inServiceWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TopicError) throw new ServiceError(error.code, error.message, { cause: error });
    throw error;
  }
}

const PAGE = 100;

/** A page of `all`, which must be in the order of `keyOf`; the token is the last key of the page before. */
export function pageOf<T>(all: readonly T[], keyOf: (one: T) => string, token: string | undefined) {
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  if (token !== undefined && Buffer.from(after).toString('base64url') !== token) throw invalid('NextToken');
  const rest = all.filter((one) => keyOf(one) > after);
  const page = rest.slice(0, PAGE);
  const last = page.at(-1);
  const next =
    rest.length > PAGE && last !== undefined ? Buffer.from(keyOf(last)).toString('base64url') : undefined;
  return { page, ...(next !== undefined && { next }) };
}
