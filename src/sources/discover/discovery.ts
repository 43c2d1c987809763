/** A place where trails deliver, from which a log source can read. */
export interface Discovered {
  readonly bucket: string;
  /** What stands before `AWSLogs/` in keys; empty: nothing. */
  readonly prefix: string;
  /** Region of the bucket. */
  readonly region: string;
  readonly trails: readonly DiscoveredTrail[];
}

/** A trail, and how it is doing. */
export interface DiscoveredTrail {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  readonly isMultiRegion: boolean;
  readonly isOrganization: boolean;
  /** Its digests are an inventory of what must be there. */
  readonly hasDigests: boolean;
  readonly kmsKeyId?: string;
  /** Milliseconds since the epoch; absent: it has delivered nothing yet. */
  readonly lastDelivery?: number;
  /** What its last delivery failed with. */
  readonly deliveryError?: string;
}

/** A trail that no source is proposed for, and why. */
export interface Skipped {
  readonly name: string;
  readonly bucket?: string;
  readonly reason: string;
}

/** The organization that the account belongs to. */
export interface DiscoveredOrganization {
  readonly id: string;
  readonly managementAccount: string;
  /** Absent: they may not be listed. */
  readonly accounts?: readonly { readonly id: string; readonly name: string; readonly status: string }[];
}

/** What an account tells of its trails. */
export interface Discovery {
  readonly places: readonly Discovered[];
  readonly skipped: readonly Skipped[];
  readonly organization?: DiscoveredOrganization;
  /** What could not be found out, for people. */
  readonly notes: readonly string[];
}
