/** What the verifier looks for beyond AWS's validator. */
export type FindingCode =
  | 'digests-missing'
  | 'digest-link-broken'
  | 'digest-outside-chain'
  | 'chain-forked'
  | 'digest-altered'
  | 'windows-apart'
  | 'tail-cut'
  | 'tail-old'
  | 'no-digests'
  | 'log-unlisted'
  | 'log-listed-twice'
  | 'log-altered'
  | 'log-swapped'
  | 'record-twice'
  | 'key-replaced'
  | 'key-not-valid-then'
  | 'anchor-missing'
  | 'not-looked';

/** One thing found, in plain words. */
export interface Finding {
  readonly code: FindingCode;
  /** `error`: someone changed something, or something is gone. `warning`: it may have a harmless reason, which the message names. */
  readonly severity: 'error' | 'warning';
  /** What is affected, since when, and what it means. */
  readonly message: string;
  /** The stretch of deliveries that is affected, in milliseconds. */
  readonly since?: number;
  readonly until?: number;
  /** `s3://bucket/key`; at most 100. */
  readonly objects: readonly string[];
}

const MAX_OBJECTS = 100;

/** Makes a finding, with as many objects as a reader can bear. */
export function finding(
  code: FindingCode,
  severity: Finding['severity'],
  message: string,
  more: { readonly since?: number; readonly until?: number; readonly objects?: readonly string[] } = {},
): Finding {
  const { since, until, objects = [] } = more;
  return {
    code,
    severity,
    message,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    objects: objects.slice(0, MAX_OBJECTS),
  };
}

/** `s3://bucket/key`. */
export function addressOf(place: { readonly bucket: string; readonly key: string }): string {
  return `s3://${place.bucket}/${place.key}`;
}
