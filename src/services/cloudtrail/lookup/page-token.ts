import { createHash } from 'node:crypto';
import { ServiceError } from '../../../aws/index.ts';
import type { LookupCursor } from '../../../store/index.ts';
import type { LookupWindow } from './window.ts';

/** Where the next page goes on, and the window of the first page: events that came since do not shift the pages. */
export interface PageToken extends LookupWindow {
  readonly after: LookupCursor;
}

/** Ours, of this form; another one refuses older tokens instead of misreading them. */
const VERSION = 1;

/** The token of the page after `after`. Nothing is kept for it: it outlives restarts. */
export function writePageToken({ start, end, after }: PageToken, question: string): string {
  const body = JSON.stringify([VERSION, start, end, after.time, after.eventId]);
  return Buffer.from(`${seal(body, question)}${body}`).toString('base64');
}

/**
 * Reads a token. It is bound to the question that it was made for, account and Region among it, by a hash. Who forges
 * one gains nothing: it only moves about in what its account may read anyway.
 * @throws ServiceError InvalidNextTokenException
 */
export function readPageToken(token: string, question: string): PageToken {
  const text = Buffer.from(token, 'base64').toString();
  const body = text.slice(SEAL_LENGTH);
  if (text.slice(0, SEAL_LENGTH) !== seal(body, question)) {
    throw new ServiceError(
      'InvalidNextTokenException',
      'Invalid token: it must come from a call with the same parameters.',
    );
  }
  const [, start, end, time, eventId] = JSON.parse(body) as [number, number, number, number, string];
  return { start, end, after: { time, eventId } };
}

const SEAL_LENGTH = 43;

function seal(body: string, question: string): string {
  return createHash('sha256').update(`lookup-events\n${question}\n${body}`).digest('base64url');
}
