import type { ObjectInfo } from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';

/** Conditions of GetObject, HeadObject and, under other names, of CopyObject's source. */
export interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/**
 * Judges a read (RFC 9110, section 13.2.2): an ETag decides before a date. Dates on the wire have whole seconds.
 * @throws ServiceError PreconditionFailed.
 */
export function judgeRead(conditions: ReadConditions, object: ObjectInfo): 'send' | 'not modified' {
  const { IfMatch: match, IfNoneMatch: noneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const modified = Math.floor(object.lastModified / 1000);
  if (match !== undefined) {
    if (!names(match, object.etag)) throw failed('If-Match');
  } else if (IfUnmodifiedSince && modified > seconds(IfUnmodifiedSince)) {
    throw failed('If-Unmodified-Since');
  }
  if (noneMatch !== undefined) return names(noneMatch, object.etag) ? 'not modified' : 'send';
  return IfModifiedSince && modified <= seconds(IfModifiedSince) ? 'not modified' : 'send';
}

function names(list: string, etag: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((entry) => entry === '*' || entry === etag);
}

function seconds(date: Date): number {
  return Math.floor(new Date(date).getTime() / 1000);
}

function failed(condition: string) {
  return s3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}
