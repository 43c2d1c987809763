import type { ObjectInfo } from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';

/** First and last byte, both inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The bytes that `Range` asks for (RFC 9110, section 14.2). Several ranges, other units and nonsense are ignored, as
 * the RFC wants it and S3 does.
 * @throws ServiceError InvalidRange when the object has no such bytes.
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^\s*bytes\s*=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') {
    const count = Math.min(Number(to), size);
    if (count === 0) throw unsatisfiable(header!, size);
    return { first: size - count, last: size - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= size) throw unsatisfiable(header!, size);
  return { first, last: Math.min(to === '' ? size - 1 : Number(to), size - 1) };
}

/** The bytes of a part; an object that was not uploaded in parts is its own part 1. @throws InvalidPartNumber. */
export function partRange(object: ObjectInfo, number: number): ByteRange | undefined {
  const parts = object.parts ?? [{ size: object.size }];
  const part = parts[number - 1];
  if (!Number.isInteger(number) || !part) {
    throw s3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      PartNumberRequested: String(number),
      ActualPartCount: String(parts.length),
    });
  }
  const first = parts.slice(0, number - 1).reduce((sum, before) => sum + before.size, 0);
  return part.size === 0 ? undefined : { first, last: first + part.size - 1 };
}

function unsatisfiable(header: string, size: number) {
  return s3Error('InvalidRange', 'The requested range is not satisfiable', {
    RangeRequested: header,
    ActualObjectSize: String(size),
  });
}
