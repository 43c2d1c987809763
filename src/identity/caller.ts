/**
 * Who made a call, as authentication found it. It becomes the record's `userIdentity`
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).
 */
export interface Caller {
  readonly kind: 'root' | 'user' | 'assumed-role' | 'service';
  /** Twelve digits; for a service the account on whose behalf it acts. */
  readonly account: string;
  /** The principal's ARN; for a service its DNS name (`cloudtrail.amazonaws.com`). */
  readonly arn: string;
  /** `AIDA…`, `AROA…:session`, the account id for root, the DNS name for a service. */
  readonly principalId: string;
  readonly userName?: string;
  readonly accessKeyId?: string;
  /** Of an assumed role's session. */
  readonly session?: {
    readonly name: string;
    readonly role: { readonly arn: string; readonly principalId: string; readonly name: string };
    /** ISO 8601, whole seconds. */
    readonly createdAt: string;
  };
  /** ISO 8601, whole seconds: a user's or root's temporary credentials (GetSessionToken) were made then. */
  readonly sessionCreatedAt?: string;
  /** Other accounts that this caller may read events of (an auditor of several accounts). */
  readonly readableAccounts?: readonly string[];
}

/** What verifying a signature needs of an access key. */
export interface AccessKeySecret {
  readonly secretAccessKey: string;
  /** Present for temporary credentials: the request must carry exactly this token. */
  readonly sessionToken?: string;
  /** Milliseconds since the epoch; temporary credentials only. */
  readonly expiresAt?: number;
  readonly caller: Caller;
}

/** One question to the policies: may this caller do this action to this resource? */
export interface AuthorizationRequest {
  readonly caller: Caller;
  /** `service:Operation`, e.g. `cloudtrail:LookupEvents`. */
  readonly action: string;
  /** ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  /** The account that owns the resource; default: the caller's. Cross-account needs both sides' consent. */
  readonly resourceAccount?: string;
  /** Policy of the resource (bucket, topic, role trust), JSON text. */
  readonly resourcePolicy?: string;
  /** IAM condition keys, e.g. `aws:SourceArn`, `s3:x-amz-acl`; global keys of the caller are added by identity. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** The answer, with the text that AWS gives when it is no. */
export type AuthorizationDecision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** `User: … is not authorized to perform: … because no identity-based policy allows the … action`. */
      readonly message: string;
    };

/** The questions that the front door asks. Implementations keep no connection and may be called concurrently. */
export interface Authenticator {
  findAccessKey(accessKeyId: string): Promise<AccessKeySecret | undefined>;
}

export interface Authorizer {
  authorize(request: AuthorizationRequest): Promise<AuthorizationDecision>;
}
