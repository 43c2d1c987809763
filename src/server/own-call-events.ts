import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type AcceptedEvent,
  buildRecord,
  formatEventTime,
  isReadOnlyName,
  toParameters,
} from '../event/index.ts';
import type { OwnCall } from './access.ts';
import { userIdentityOf } from './call-events.ts';

/** `eventSource` of the events of opentrail's own paths: no AWS service is behind them. */
export const OWN_EVENT_SOURCE = 'opentrail.internal';

/** What a path and its `op` are called in a record. Sending events is not recorded: that would double every request. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['/v1/lookup', 'LookupEvents'],
  ['/v1/search', 'SearchEvents'],
  ['/v1/export', 'ExportEvents'],
  ['/v1/flush', 'Flush'],
  ['/v1/backup', 'Backup'],
  ['/v1/admin/users create', 'CreateUser'],
  ['/v1/admin/users list', 'ListUsers'],
  ['/v1/admin/users delete', 'DeleteUser'],
  ['/v1/admin/tokens create', 'CreateToken'],
  ['/v1/admin/tokens list', 'ListTokens'],
  ['/v1/admin/tokens revoke', 'RevokeToken'],
  ['/v1/admin/root rotate', 'RotateRootKey'],
  ['/v1/admin/keys list', 'ListKeys'],
  ['/v1/admin/forwards add', 'PutForward'],
  ['/v1/admin/forwards list', 'ListForwards'],
  ['/v1/admin/forwards remove', 'DeleteForward'],
  ['/v1/admin/forwards pause', 'PauseForward'],
  ['/v1/admin/forwards resume', 'ResumeForward'],
  ['/v1/admin/forwards retry', 'RetryForward'],
  ['/v1/admin/keys rotate', 'RotateKey'],
  ['/v1/admin/repos list', 'ListRepositories'],
]);

/** What stands for a call in the trail; `parameters` hold no secrets. */
export interface OwnEvent {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * The event that a call of one of the own paths becomes, so that reading the trail and changing who may read it stand
 * in the trail; undefined for one that is not recorded. Questions hold no secrets; answers are not recorded. `event` is given where the
 * body may hold secrets.
 */
export function ownCallEvent(
  req: IncomingMessage,
  own: OwnCall,
  now: number,
  error?: { readonly code: string; readonly message: string },
  event: OwnEvent | undefined = eventOfPath(req, own.body),
): AcceptedEvent | undefined {
  if (!event) return undefined;
  const { name: eventName, parameters } = event;
  const eventId = randomUUID();
  const raw = buildRecord({
    eventId,
    requestId: randomUUID(),
    eventTime: formatEventTime(now),
    userIdentity: userIdentityOf(own.caller),
    eventSource: OWN_EVENT_SOURCE,
    eventName,
    region: own.region,
    sourceIp: (req.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    userAgent: req.headers['user-agent'] ?? '',
    ...(error && { error }),
    requestParameters: toParameters(parameters),
    responseElements: null,
    readOnly: isReadOnlyName(eventName) || eventName === 'ExportEvents',
    category: 'Management',
    account: own.account,
  });
  const time = Math.floor(now / 1000) * 1000;
  return { account: own.account, region: own.region, eventId, time, category: 'Management', raw };
}

function eventOfPath(req: IncomingMessage, body: Buffer): OwnEvent | undefined {
  const path = (req.url ?? '/').split('?', 1)[0]!;
  if (path === '/v1/events') return undefined;
  const { op, ...parameters } = withoutSecret(questionOf(body));
  const name = NAMES.get(typeof op === 'string' ? `${path} ${op}` : path);
  return name === undefined ? undefined : { name, parameters };
}

/** The one member that holds a secret: the key of a forward's intake. */
function withoutSecret(question: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { forward } = question;
  if (typeof forward !== 'object' || forward === null) return question;
  const { secret: _, ...shown } = forward as Record<string, unknown>;
  return { ...question, forward: shown };
}

function questionOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
