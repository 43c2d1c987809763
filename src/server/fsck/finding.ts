/** Something on disk that does not agree with the rest. */
export interface FsckFinding {
  /** Which room's data. */
  readonly area:
    | 'data-dir'
    | 'state'
    | 'journal'
    | 'objects'
    | 'delivery'
    | 'digests'
    | 'history'
    | 'logs'
    | 'cloudwatch'
    | 'queues'
    | 'event-bus'
    | 'collected'
    | 'repos';
  readonly code: string;
  /** `error`: something is lost or changed. `warning`: nothing is; the repair says whether anything is to be done. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to do. */
  readonly repair: string;
}

/** Takes findings as they are made. */
export type Tell = (finding: FsckFinding) => void;

/** What to do about lost or changed objects. */
export const RESTORE_OBJECT =
  'restore this object from a backup or a copy of the bucket (opentrail restore, aws s3 cp); its events may still be in the event history: opentrail export';
