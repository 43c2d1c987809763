import type { IncomingMessage, ServerResponse } from 'node:http';
import { RecordsSyntaxError } from '../event/index.ts';
import type { Ingest, RecordOutcome } from '../ingest/index.ts';
import type { OwnCall } from './access.ts';
import { decodeBody } from './body.ts';
import { HttpError, sendJson } from './http-error.ts';

/** Bounds of one `POST /v1/events`: as sent, and unpacked. */
export const MAX_EVENTS_BODY = 16 << 20;
const MAX_UNPACKED = 64 << 20;

/**
 * `POST /v1/events`: CloudTrail records as NDJSON or `{"Records":[…]}`, gzip allowed. Answers 200 with an outcome for
 * each record once the accepted ones are on disk; 400 when the body as a whole cannot be read, 503 when nothing can be
 * taken now. Repeating a request is safe: an eventID is accepted once within a day.
 */
export async function serveEvents(
  req: IncomingMessage,
  res: ServerResponse,
  own: OwnCall,
  ingest: Ingest,
  mayWriteTo: (account: string) => boolean,
): Promise<void> {
  const records = await decodeBody(own.body, req.headers['content-encoding'], MAX_UNPACKED);
  let outcomes: readonly RecordOutcome[];
  try {
    outcomes = await ingest.takeBody(records, { account: own.account, region: own.region, mayWriteTo });
  } catch (error) {
    if (error instanceof RecordsSyntaxError) throw new HttpError(400, 'InvalidRecords', error.message);
    throw error;
  }
  const count = (status: RecordOutcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  sendJson(res, 200, {
    accepted: count('accepted'),
    duplicate: count('duplicate'),
    refused: count('refused'),
    records: outcomes,
  });
}
