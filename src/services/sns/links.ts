import { TopicError, type Topics } from '../../topics/index.ts';

/** Answer to somebody who followed a link in a message. */
export interface LinkAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/**
 * Answers `GET /v1/sns?Action=…`, the links in messages. Nobody signs these: the token, which only the endpoint was
 * sent, confirms; the subscription's ARN ends it, unless the confirmation asked for signed calls; the certificate is
 * for everyone.
 */
export async function answerLink(topics: Topics, query: URLSearchParams): Promise<LinkAnswer> {
  const action = query.get('Action');
  try {
    switch (action) {
      case 'ConfirmSubscription': {
        const { arn } = await topics.confirm(query.get('TopicArn') ?? '', query.get('Token') ?? '', false);
        return done(action, `<SubscriptionArn>${arn}</SubscriptionArn>`);
      }
      case 'Unsubscribe': {
        const found = await topics.findSubscription(query.get('SubscriptionArn') ?? '');
        if (found?.subscription.authenticateOnUnsubscribe) {
          throw new TopicError('AuthorizationError', 'This subscription is ended by a signed call only');
        }
        if (found) await topics.unsubscribe(found.subscription.arn);
        return done(action, '');
      }
      case 'GetSigningCertificate':
        return { status: 200, contentType: 'application/x-pem-file', body: await topics.certificate() };
      default:
        throw new TopicError('InvalidParameter', 'Invalid parameter: Action');
    }
  } catch (error) {
    if (!(error instanceof TopicError)) throw error;
    const status = error.code === 'NotFound' ? 404 : error.code === 'AuthorizationError' ? 403 : 400;
    const fault = `<Error><Type>Sender</Type><Code>${error.code}</Code><Message>${error.message}</Message></Error>`;
    return xml(status, `<ErrorResponse xmlns="${NAMESPACE}">${fault}</ErrorResponse>`);
  }
}

function done(action: string, result: string): LinkAnswer {
  return xml(
    200,
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result></${action}Response>`,
  );
}

function xml(status: number, body: string): LinkAnswer {
  return { status, contentType: 'text/xml', body };
}
