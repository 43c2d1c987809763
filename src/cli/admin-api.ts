/**
 * The JSON of the server's own paths, as the command line speaks it. All are POST, signed for service `opentrail` or
 * with a bearer token; errors are `{"code","message"}` with a 4xx or 5xx status. Times are milliseconds since the
 * epoch unless a name says otherwise.
 */

/** Answer of `POST /v1/events`: one outcome for each record, in the order of the request. */
export interface EventsAnswer {
  readonly records: readonly (
    | { readonly status: 'accepted' | 'duplicate'; readonly eventID: string }
    | { readonly status: 'refused'; readonly reason: string; readonly message: string }
  )[];
}

/** Question of `POST /v1/lookup`. All attributes must match; an empty or absent list limits nothing. */
export interface LookupQuestion {
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
  readonly categories?: readonly string[];
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  readonly start?: number;
  readonly end?: number;
  readonly limit?: number;
}

/** One line (NDJSON) of the answer of `POST /v1/lookup`, newest first. */
export interface LookupLine {
  readonly account: string;
  readonly region: string;
  readonly eventId: string;
  readonly time: number;
  readonly category: string;
  /** The record's own bytes as text. */
  readonly record: string;
}

/**
 * Question of `POST /v1/search`: found events (`SearchLine`), or with `countBy` counts (`CountLine`), or with `timeline`
 * about so many steps (`StepLine`); all NDJSON. With `follow` the answer goes on with what arrives.
 */
export interface SearchQuestion {
  readonly query: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly countBy?: readonly string[];
  readonly timeline?: number;
  readonly follow?: boolean;
  /** `flat`, `ecs`, `ocsf`, a normalizer, or `policy`: lines have `view` in place of `record`. */
  readonly view?: string;
}

/** One line of the answer of a search. Empty text: absent. */
export interface SearchLine {
  /** `history`: the event history of trails. */
  readonly repo: string;
  readonly eventId: string;
  readonly time: number;
  readonly arrivedAt: number;
  readonly eventName: string;
  readonly source: string;
  readonly user: string;
  readonly ip: string;
  readonly error: string;
  readonly account: string;
  readonly region: string;
  readonly tags: readonly string[];
  readonly priority: string;
  /** Which rule put it into its repository, from which log source and file. */
  readonly rule: string;
  readonly logSource: string;
  readonly file: string;
  readonly enrichment?: Readonly<Record<string, string>>;
  /** The record's own bytes as text; empty where a repository does not keep them; absent with `view`. */
  readonly record?: string;
  /** The view that was asked for; null where a repository does not keep the record. */
  readonly view?: unknown;
}

/** How many events have this combination of values. */
export interface CountLine {
  readonly values: readonly string[];
  readonly count: number;
}

/** How many events a step of the window has: from `from` to before `to`. */
export interface StepLine {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Question of `POST /v1/export`; the answer is NDJSON, one record's own bytes a line, oldest first. */
export interface ExportQuestion {
  readonly start: number;
  readonly end: number;
  readonly categories?: readonly string[];
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

/** Answer of `POST /v1/flush` (`{}`): all that was accepted before is delivered and found by lookups. */
export interface FlushAnswer {
  /** Log files written. */
  readonly files: number;
  /** Events put into them. */
  readonly events: number;
}

/** Question of `POST /v1/backup`: an absolute path on the server's machine, empty or not there yet. */
export interface BackupQuestion {
  readonly directory: string;
}

/** Answer of `POST /v1/backup`. */
export interface BackupAnswer {
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
}

/** Answer of a backup that failed after its answer had begun; a failure before that has a status of its own. */
export interface LateRefusal {
  readonly code: string;
  readonly message: string;
}

/** `backup.json` in a backup's directory; `restore` checks every file against it. */
export interface BackupManifest {
  readonly format: 1;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** Question of `POST /v1/admin/users`. */
export type UsersQuestion =
  | {
      readonly op: 'create';
      readonly userName: string;
      readonly account?: string;
      readonly preset?: Preset;
      readonly readAccounts?: readonly string[];
    }
  | { readonly op: 'list'; readonly account?: string }
  | { readonly op: 'delete'; readonly userName: string; readonly account?: string };

export type Preset = 'auditor' | 'ingest' | 'monitoring' | 'admin';

export interface UserLine {
  readonly userName: string;
  readonly account: string;
  readonly arn: string;
  readonly preset?: string;
  readonly createdAt: number;
}

/** Answer of `create`: the secret is shown this once. */
export interface CreatedUser extends UserLine {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Question of `POST /v1/admin/tokens`. */
export type TokensQuestion =
  | {
      readonly op: 'create';
      readonly scope: 'ingest' | 'read' | 'sources';
      /** Absent: never expires. */
      readonly expiresInMs?: number;
      readonly account?: string;
      readonly description?: string;
    }
  | { readonly op: 'list' }
  | { readonly op: 'revoke'; readonly id: string };

export interface TokenLine {
  readonly id: string;
  readonly scope: string;
  readonly account: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

/** Answer of `create`: the token is shown this once. */
export interface CreatedToken extends TokenLine {
  readonly token: string;
}

/** Question of `POST /v1/admin/keys`: the keys of one Region's digests, or of all. `rotate` answers the new ones. */
export interface KeysQuestion {
  readonly op: 'list' | 'rotate';
  readonly region?: string;
}

export interface KeysAnswer {
  readonly keys: readonly KeyLine[];
}

/** A key that signs digests, without its private half. */
export interface KeyLine {
  readonly region: string;
  readonly fingerprint: string;
  /** Base64 of the DER of the PKCS #1 public key. */
  readonly value: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly madeAt: number;
  readonly state: 'valid' | 'expired' | 'rotated';
}

/** Question of `POST /v1/admin/root`: new keys replace the old ones at once, also in `root-credentials.json`. */
export interface RootQuestion {
  readonly op: 'rotate';
}

export interface RootAnswer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Question of `POST /v1/admin/forwards`. `secret` goes in and never comes out. */
export type ForwardsQuestion =
  | { readonly op: 'add'; readonly forward: Readonly<Record<string, unknown>> & { readonly secret?: string } }
  | { readonly op: 'list' }
  | { readonly op: 'remove' | 'pause' | 'resume' | 'retry'; readonly name: string };

/** A repository, as `POST /v1/admin/repos` with `{"op":"list"}` answers it. */
export interface RepoLine {
  readonly name: string;
  readonly retentionDays: number;
  readonly rows: number;
  readonly bytes: number;
  readonly oldest?: number;
  readonly newest?: number;
  /** Absent: it is not copied. */
  readonly copy?: ForwardLine['status'] & { readonly to: string };
}

/** A destination and how it is doing, as `list` answers it. Counts are since the start of the server. */
export interface ForwardLine {
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly form: string;
  readonly filter?: string;
  readonly status: {
    readonly state: string;
    readonly sent?: number;
    readonly behind?: number;
    readonly retries?: number;
    readonly lost?: Readonly<Record<string, number>>;
    readonly deadLetters?: { readonly events: number; readonly bytes: number };
    readonly lastSentAt?: number;
    readonly lastError?: string;
  };
}
