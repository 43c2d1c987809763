import { invalidValue } from './errors.ts';

/** Of MaxResults, 1 to 1000. @throws ServiceError InvalidParameterValue */
export function pageSize(most: number | undefined): number {
  if (most === undefined) return 1_000;
  if (!Number.isInteger(most) || most < 1 || most > 1_000) {
    throw invalidValue(most, 'MaxResults', 'Must be an Integer from 1 to 1000.');
  }
  return most;
}

/** A page's token: the last name of the page before. */
export function writeToken(name: string): string {
  return Buffer.from(name).toString('base64url');
}

/** @throws ServiceError InvalidParameterValue */
export function readToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const name = Buffer.from(token, 'base64url').toString();
  if (!/^[\w-]{1,80}$/.test(name)) throw invalidValue(token, 'NextToken', 'It is none that was given out.');
  return name;
}
