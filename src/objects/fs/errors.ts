import { ObjectStoreError } from '../object-store.ts';

/** S3's words for what is not there. */
export function noSuchBucket(): ObjectStoreError {
  return new ObjectStoreError('NoSuchBucket', 'The specified bucket does not exist');
}

export function noSuchKey(): ObjectStoreError {
  return new ObjectStoreError('NoSuchKey', 'The specified key does not exist.');
}

export function noSuchUpload(): ObjectStoreError {
  return new ObjectStoreError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  );
}
