import type { BucketReader } from '../../digest/verify/index.ts';
import { createFolderReader } from './folder-reader.ts';
import { endpointOf, type Place, s3ConfigOf } from './place.ts';
import type { BucketAddress } from './plain-get.ts';

/** A reader of a place, which may know how to get objects without it. */
export interface PlaceReader extends BucketReader {
  readonly addressOf?: (bucket: string) => Promise<BucketAddress | undefined>;
}

/** A reader of the place; loads the AWS SDK only where it is needed, and when. */
export async function openReader(
  place: Place,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PlaceReader> {
  if (place.kind === 'folder') return createFolderReader(place.path);
  const { access } = place;
  const openWhole = async () => {
    const { createS3Reader } = await import('./s3-reader.ts');
    return createS3Reader(s3ConfigOf(access, env));
  };
  const endpoint = endpointOf(access, env, 'S3');
  const { credentials } = access;
  if (endpoint === undefined || credentials === undefined) return await openWhole();
  const { createPlainS3Reader } = await import('./plain-s3-reader.ts');
  let whole: ReturnType<typeof openWhole> | undefined;
  return createPlainS3Reader({ endpoint, credentials }, () => {
    whole ??= openWhole();
    return whole;
  });
}
