import type { IncomingMessage } from 'node:http';
import { readBody } from '../body.ts';
import type { TreeAnswer } from '../listener.ts';
import { ApiRefusal, refusalBody } from './api-answer.ts';
import { readApiPath } from './api-path.ts';
import type { SourcesRooms } from './sources-house.ts';

/** SNS's messages have at most 256 KB; as a text within JSON that may be six times as much. */
const MAX_MESSAGE = 2 << 20;
/** Bodies of strangers that are held at once. */
const MAX_AT_ONCE = 64;

/**
 * `POST /v1/sources/{id}/sns`: what SNS posts bears a signature of its own and needs no caller. Bare messages (raw
 * delivery) bear none: they need a token, and are answered elsewhere, as is everything that is not of this kind.
 * Undefined: it is one of these.
 */
export function createPostedMessages(
  rooms: SourcesRooms,
): (req: IncomingMessage, path: string) => Promise<TreeAnswer> | undefined {
  let atOnce = 0;

  async function take(req: IncomingMessage, id: string): Promise<TreeAnswer> {
    // The same answer for a source without a topic: nothing is told about sources.
    const source = rooms.sources.get(id);
    if (!source?.connector.topic) {
      return refused(new ApiRefusal(404, 'NotFound', 'no topic posts to this address'));
    }
    if (source.paused || atOnce >= MAX_AT_ONCE) return later('not now');
    atOnce++;
    try {
      const body = await readBody(req, MAX_MESSAGE);
      const outcome = await rooms.control()?.post?.(id, body.toString('utf8'));
      switch (outcome?.kind) {
        case 'taken':
          return { status: 200, body: { status: 'Success', files: outcome.files } };
        case 'refused':
          return refused(new ApiRefusal(403, 'NotFromTheTopic', outcome.why));
        case 'unreadable':
          return refused(new ApiRefusal(400, 'NotANotice', outcome.why));
        case 'later':
          return later(outcome.why);
        case undefined:
          return later('the collector is not running');
      }
    } finally {
      atOnce--;
    }
  }

  return (req, path) => {
    const found = req.method === 'POST' && path.startsWith('/v1/') ? readApiPath(path) : undefined;
    if (found?.verb !== 'sns' || found.id === undefined) return undefined;
    // The question whether to subscribe is signed, even where the messages are to be bare.
    if (req.headers['x-amz-sns-rawdelivery'] !== 'true') return take(req, found.id);
    return req.headers.authorization === undefined ? Promise.resolve(NEEDS_TOKEN) : undefined;
  };
}

const NEEDS_TOKEN: TreeAnswer = refused(
  new ApiRefusal(401, 'MissingAuthentication', 'raw messages bear no signature: they need a token'),
  { 'www-authenticate': 'Basic realm="opentrail"' },
);

function refused(refusal: ApiRefusal, headers?: Readonly<Record<string, string>>): TreeAnswer {
  return { status: refusal.status, body: refusalBody(refusal), ...(headers && { headers }) };
}

/** SNS sends it again. */
function later(why: string): TreeAnswer {
  return refused(new ApiRefusal(503, 'ServiceUnavailable', why), { 'retry-after': '20' });
}
