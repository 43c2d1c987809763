import { TopicError, type Topics, topicArnOf } from '../../topics/index.ts';
import { PAGE_HEADERS, type Page, renderPage } from './pages.ts';

/** Answer to somebody who followed a link in a message. */
export interface LinkAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
const TITLES = { NotFound: 'Not found', AuthorizationError: 'Not allowed' } as const;

/**
 * Answers `GET /v1/sns?Action=…`, the links in messages. Nobody signs these: the token, which only the endpoint was
 * sent, confirms; the subscription's ARN ends it, unless the confirmation asked for signed calls; the certificate is
 * for everyone. Programs get AWS's XML and have their way at once. Browsers get a page with a button (`asPage`), and
 * who only asks for the head has changed nothing (`isLook`): scanners of mails visit each link.
 */
export async function answerLink(
  topics: Topics,
  query: URLSearchParams,
  { asPage = false, isLook = false }: { readonly asPage?: boolean; readonly isLook?: boolean } = {},
): Promise<LinkAnswer> {
  const action = query.get('Action');
  const isSure = !isLook && (!asPage || query.get('Sure') === 'yes');
  try {
    switch (action) {
      case 'ConfirmSubscription': {
        const given = { TopicArn: query.get('TopicArn') ?? '', Token: query.get('Token') ?? '' };
        if (!isSure) return await askToConfirm(topics, given);
        const { arn } = await topics.confirm(given.TopicArn, given.Token, false);
        if (asPage) return page(200, subscribedPage(given.TopicArn));
        return done(action, `<SubscriptionArn>${arn}</SubscriptionArn>`);
      }
      case 'Unsubscribe': {
        const arn = query.get('SubscriptionArn') ?? '';
        const found = await topics.findSubscription(arn);
        if (found?.subscription.authenticateOnUnsubscribe) {
          throw new TopicError('AuthorizationError', 'This subscription is ended by a signed call only');
        }
        if (!isSure && found) return page(200, unsubscribeQuestion(arn));
        if (isSure && found) await topics.unsubscribe(found.subscription.arn);
        return asPage ? page(200, UNSUBSCRIBED) : done(action, '');
      }
      case 'GetSigningCertificate': {
        const headers = { 'content-type': 'application/x-pem-file' };
        return { status: 200, headers, body: await topics.certificate() };
      }
      default:
        throw new TopicError('InvalidParameter', 'Invalid parameter: Action');
    }
  } catch (error) {
    if (!(error instanceof TopicError)) throw error;
    return refusal(error, asPage);
  }
}

async function askToConfirm(
  topics: Topics,
  given: { readonly TopicArn: string; readonly Token: string },
): Promise<LinkAnswer> {
  const subscription = await topics.findByToken(given.TopicArn, given.Token);
  if (!subscription) throw new TopicError('InvalidParameter', 'Invalid parameter: Token');
  return page(200, {
    title: 'Confirm your subscription',
    lines: [`Notifications of ${given.TopicArn} will be sent to ${shown(subscription.endpoint)}.`],
    button: {
      label: 'Confirm subscription',
      parameters: { Action: 'ConfirmSubscription', ...given, Sure: 'yes' },
    },
  });
}

function subscribedPage(topicArn: string): Page {
  return {
    title: 'Subscription confirmed',
    lines: [
      `You have subscribed to ${topicArn}.`,
      'Each notification has a link that ends the subscription.',
    ],
  };
}

function unsubscribeQuestion(arn: string): Page {
  return {
    title: 'End your subscription',
    lines: [`No more notifications of ${topicArnOf(arn)} will be sent to you.`],
    button: {
      label: 'Unsubscribe',
      parameters: { Action: 'Unsubscribe', SubscriptionArn: arn, Sure: 'yes' },
    },
  };
}

const UNSUBSCRIBED: Page = {
  title: 'Subscription ended',
  lines: ['You will not be sent notifications of this topic any more.'],
};

function refusal({ code, message }: TopicError, asPage: boolean): LinkAnswer {
  const status = code === 'NotFound' ? 404 : code === 'AuthorizationError' ? 403 : 400;
  if (asPage) {
    const title =
      code === 'NotFound' || code === 'AuthorizationError' ? TITLES[code] : 'This link does not work';
    return page(status, {
      title,
      lines: [message, 'A link is good for three days; subscribe again to get a new one.'],
    });
  }
  const fault = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return xml(status, `<ErrorResponse xmlns="${NAMESPACE}">${fault}</ErrorResponse>`);
}

/** An address for people; of a URL no more than its host, since the rest may be secret. */
function shown(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host || endpoint : endpoint;
}

function done(action: string, result: string): LinkAnswer {
  return xml(
    200,
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result></${action}Response>`,
  );
}

function xml(status: number, body: string): LinkAnswer {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function page(status: number, content: Page): LinkAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...PAGE_HEADERS },
    body: renderPage(content),
  };
}
