/** A tag of an entity, in IAM's spelling. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A policy that lives inside a user or role. `document` is the text as it was given. */
export interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}

/** What users and roles have in common: they hold policies. */
export interface PolicyHolder {
  readonly account: string;
  readonly name: string;
  /** Starts and ends with `/`. */
  readonly path: string;
  /** `AIDA…` or `AROA…`; never used again after deletion. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly inlinePolicies: readonly InlinePolicy[];
  /** ARNs of managed policies. */
  readonly attachedPolicies: readonly string[];
  readonly tags: readonly Tag[];
  /** Stored and shown; evaluated as an upper bound of what the policies allow. */
  readonly permissionsBoundary?: string;
}

/** A long-term access key of a user. */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly active: boolean;
  readonly createdAt: number;
}

export interface User extends PolicyHolder {
  /** At most two. */
  readonly accessKeys: readonly AccessKey[];
  /** Other accounts whose events and log files the user may read: the operator's consent for these accounts. */
  readonly readableAccounts?: readonly string[];
  readonly preset?: string;
}

export interface Role extends PolicyHolder {
  readonly description?: string;
  /** The trust policy's text as given. */
  readonly trustPolicy: string;
  /** Seconds, 3600 to 43200. */
  readonly maxSessionDuration: number;
}

export interface PolicyVersion {
  /** `v1`, `v2`, … never used again. */
  readonly id: string;
  readonly document: string;
  readonly createdAt: number;
}

export interface ManagedPolicy {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  /** `ANPA…` */
  readonly id: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersion: string;
  /** Number of the version that was made last. */
  readonly lastVersion: number;
  readonly tags: readonly Tag[];
}

/** Temporary credentials: an assumed role's, or a user's or root's own from GetSessionToken. */
export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly token: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly account: string;
  readonly of:
    | { readonly kind: 'root' }
    | { readonly kind: 'user'; readonly name: string; readonly id: string }
    | { readonly kind: 'role'; readonly name: string; readonly id: string; readonly sessionName: string };
  /** Session policies: the session may do only what each of them allows too. */
  readonly policies?: readonly string[];
}

/** ARN of a user, role or managed policy. */
export function entityArn(
  kind: 'user' | 'role' | 'policy',
  entity: { account: string; path: string; name: string },
): string {
  return `arn:aws:iam::${entity.account}:${kind}${entity.path}${entity.name}`;
}
