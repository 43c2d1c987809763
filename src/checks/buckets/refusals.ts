import { CheckFailure } from '../failure.ts';

/** What S3 answered instead of an object. */
export interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** Who answered. */
  readonly host: string;
}

/** Nothing that was delivered is left: that is no fault of the check. */
export function noBucket(bucket: string): CheckFailure {
  return new CheckFailure(`the bucket '${bucket}' is not there`, { severity: 'CRITICAL' });
}

/** A refusal as one line that says what to do. */
export function refusalWords(bucket: string, { status, code, message, host }: Refusal): string {
  const reason =
    code === undefined
      ? `${host} answers HTTP ${status}; is it an S3?`
      : `${message ?? code}`.split('\n')[0]!;
  const remedy = code === 'AccessDenied' ? ` (needed: s3:ListBucket and s3:GetObject)` : '';
  return `error: cannot read s3://${bucket}: ${reason}${remedy}`;
}
