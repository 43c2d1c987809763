import { type Destination, DestinationRefused, type Forwards } from '../forward/index.ts';
import type { OwnCall } from './access.ts';
import { HttpError } from './http-error.ts';
import type { Question } from './question.ts';
import type { RepoCopies } from './repo-copies.ts';

/** `POST /v1/admin/forwards`: what `opentrail forwards` asks. @throws HttpError 400, 403, 404, 409 */
export async function answerForwards(
  question: Question,
  own: OwnCall,
  accountId: string,
  { forwards, copies }: { readonly forwards: Forwards; readonly copies: RepoCopies },
): Promise<unknown> {
  if (own.account !== accountId) {
    throw new HttpError(
      403,
      'AccessDenied',
      'forwards carry events of all accounts: only the main account may ask',
    );
  }
  const op = question.mustText('op');
  switch (op) {
    case 'add':
      try {
        const json = question.object('forward');
        if (json.copies !== true) refuseNamed(json.name, copies);
        return { forward: await forwards.put(json) };
      } catch (error) {
        if (error instanceof DestinationRefused) throw new HttpError(400, 'InvalidForward', error.message);
        throw error;
      }
    case 'list':
      return { forwards: await Promise.all(forwards.list().map((one) => withStatus(one, forwards))) };
    case 'remove':
    case 'pause':
    case 'resume':
    case 'retry': {
      const name = question.mustText('name');
      if (op === 'remove') refuseNamed(name, copies);
      if (op === 'retry') {
        const events = await forwards.retry(name);
        if (events !== undefined) return { events };
      } else if (op === 'remove' ? await forwards.remove(name) : await forwards.pause(name, op === 'pause')) {
        return {};
      }
      throw new HttpError(404, 'NoSuchForward', `there is no forward ${JSON.stringify(name.slice(0, 64))}`);
    }
    default:
      throw new HttpError(400, 'InvalidRequest', 'op must be add, list, remove, pause, resume or retry');
  }
}

/** What repositories name as the place of their copy stays, and stays one. */
function refuseNamed(name: unknown, copies: RepoCopies): void {
  const repos = typeof name === 'string' ? copies.reposOf(name) : [];
  if (repos.length === 0) return;
  throw new HttpError(409, 'InUse', `${String(name)} holds the copies of ${repos.join(', ')}`);
}

async function withStatus(destination: Destination, forwards: Forwards): Promise<unknown> {
  const status = await forwards.status(destination.name);
  if (!status)
    return {
      ...destination,
      status: { state: 'failing', lastError: 'its secret cannot be read; set it again' },
    };
  return { ...destination, status: { ...status, lost: Object.fromEntries(status.lost) } };
}
