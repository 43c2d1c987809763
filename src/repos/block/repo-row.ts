/** Where records came from: what those of one file share. */
export interface RowOrigin {
  /** The log source that it came from. */
  readonly sourceId: string;
  /** Bucket and key of the file that held it. */
  readonly bucket: string;
  readonly key: string;
  /** When its file was read, milliseconds since the epoch. */
  readonly arrivedAt: number;
}

/** A record as it lies in a repository. Records of the collector's log have this form. Empty text: absent. */
export interface RepoRow extends RowOrigin {
  readonly eventId: string;
  /** `eventTime`, milliseconds since the epoch. */
  readonly time: number;
  readonly fields: RepoFields;
  /** What enrichment added, by flat name. */
  readonly enrichment: Readonly<Record<string, string>>;
  /** Which rule put it here. */
  readonly rule: string;
  /** With or without their `#`. */
  readonly tags: readonly string[];
  readonly priority: string;
  /** The record's own bytes; empty when they are not kept. */
  readonly raw: Buffer;
}

/** The members of a record that have columns of their own. Empty text: absent. */
export interface RepoFields {
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly name: string;
  readonly user: string;
  readonly arn: string;
  readonly accessKeyId: string;
  readonly sourceIp: string;
  readonly errorCode: string;
  /** `true`, `false` or empty. */
  readonly readOnly: string;
  readonly category: string;
}
