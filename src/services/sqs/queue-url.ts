import { type CallContext, ServiceError } from '../../aws/index.ts';
import type { QueueAddress } from '../../queues/index.ts';
import { missing } from './errors.ts';

/**
 * The URL of a queue: `<this server>/<account>/<name>`, with the host that the client itself used, so that it leads back
 * here from wherever the client is.
 */
export function queueUrl({ account, name }: QueueAddress, { tls, host }: CallContext, base?: string): string {
  const here = base ?? `${tls ? 'https' : 'http'}://${host}`;
  return `${here.replace(/\/+$/, '')}/${account}/${name}`;
}

/**
 * The queue that a URL names: its last two steps count, whatever host stands before them (AWS's own and old ones too);
 * the Region is the one that the caller signed for. @throws ServiceError MissingParameter, InvalidAddress
 */
export function readQueueUrl(url: string | undefined, { region }: Pick<CallContext, 'region'>): QueueAddress {
  if (url === undefined || url === '') throw missing('QueueUrl');
  const found =
    /^(?:https?:\/\/[^/?#\s]{1,260})?(?:\/[^/?#\s]{1,80}){0,4}\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)\/?$/.exec(
      url,
    );
  if (!found) {
    throw new ServiceError(
      'InvalidAddress',
      `The address ${url.slice(0, 200)} is not valid for this endpoint.`,
    );
  }
  return { account: found[1]!, region, name: found[2]! };
}
