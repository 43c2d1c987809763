import { s3Error } from '../errors.ts';
import { checkVersion } from './get-object.ts';

/**
 * Bucket and key out of `x-amz-copy-source`: percent-encoded, with or without a slash before, a version behind.
 * @throws ServiceError InvalidArgument.
 */
export function readCopySource(header: string | undefined): {
  readonly bucket: string;
  readonly key: string;
} {
  const [path = '', query = ''] = (header ?? '').split('?', 2);
  checkVersion(new URLSearchParams(query).get('versionId') ?? undefined);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw invalid(header);
  }
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decoded);
  if (!match) throw invalid(header);
  return { bucket: match[1]!, key: match[2]! };
}

function invalid(header: string | undefined) {
  return s3Error(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    { ArgumentName: 'x-amz-copy-source', ArgumentValue: header ?? '' },
  );
}
