import { eventIdOf, type LogPosition } from '../../logs/index.ts';
import { invalid } from './errors.ts';

/** Digits of the arrival in an event id. */
const SEQ_DIGITS = 36;

export { eventIdOf };

/** A token of GetLogEvents: `f/` for what comes after the place, `b/` for what comes before it. */
export function streamToken(direction: 'f' | 'b', position: LogPosition): string {
  return `${direction}/${eventIdOf(position)}/s`;
}

/** @throws ServiceError InvalidParameterException */
export function readStreamToken(token: string): { direction: 'forward' | 'backward'; position: LogPosition } {
  const found = /^([fb])\/(\d{56})\/s$/.exec(token);
  if (!found) throw badToken();
  return { direction: found[1] === 'f' ? 'forward' : 'backward', position: readPosition(found[2]!) };
}

/** The token of a listing: the last name of the page before. */
export function nameToken(name: string): string {
  return Buffer.from(name).toString('base64url');
}

/** @throws ServiceError InvalidParameterException */
export function readNameToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const name = Buffer.from(token, 'base64url').toString();
  if (name === '' || nameToken(name) !== token) throw badToken();
  return name;
}

/** The token of a search: the last event looked at. */
export function searchToken(position: LogPosition): string {
  return nameToken(eventIdOf(position));
}

/** @throws ServiceError InvalidParameterException */
export function readSearchToken(token: string | undefined): LogPosition | undefined {
  const id = readNameToken(token);
  if (id === undefined) return undefined;
  if (!/^\d{56}$/.test(id)) throw badToken();
  return readPosition(id);
}

function readPosition(id: string): LogPosition {
  const position = { time: Number(id.slice(0, -SEQ_DIGITS)), seq: Number(id.slice(-SEQ_DIGITS)) };
  if (!Number.isSafeInteger(position.time) || !Number.isSafeInteger(position.seq)) throw badToken();
  return position;
}

function badToken() {
  return invalid('The specified nextToken is invalid.');
}
