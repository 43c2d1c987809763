import type { Facts } from '../facts.ts';
import type { Deed } from '../operation.ts';

/** The version of the schema that the mapping is written for, and checked against. https://schema.ocsf.io/1.8.0 */
export const OCSF_VERSION = '1.8.0';

/** A class of events of the schema. */
export interface OcsfClass {
  readonly uid: number;
  readonly caption: string;
  readonly category: readonly [uid: number, caption: string];
  /** Captions of `activity_id`. */
  readonly activities: ReadonlyMap<number, string>;
}

/** What kind of event a record is: its class, and what was done. */
export interface OcsfKind {
  readonly class: OcsfClass;
  readonly activity: number;
}

const OTHER = 99;
const IAM = [3, 'Identity & Access Management'] as const;

function ocsfClass(
  uid: number,
  caption: string,
  category: OcsfClass['category'],
  activities: Readonly<Record<number, string>>,
): OcsfClass {
  const all = Object.entries({ 0: 'Unknown', ...activities, [OTHER]: 'Other' });
  return { uid, caption, category, activities: new Map(all.map(([id, name]) => [Number(id), name])) };
}

/** The classes that records become, with the activities that they use. */
export const OCSF_CLASSES = {
  detectionFinding: ocsfClass(2004, 'Detection Finding', [2, 'Findings'], { 1: 'Create', 3: 'Close' }),
  accountChange: ocsfClass(3001, 'Account Change', IAM, {
    ...{ 1: 'Create', 2: 'Enable', 3: 'Password Change', 4: 'Password Reset', 5: 'Disable', 6: 'Delete' },
    ...{ 7: 'Attach Policy', 8: 'Detach Policy', 10: 'MFA Factor Enable', 11: 'MFA Factor Disable' },
  }),
  authentication: ocsfClass(3002, 'Authentication', IAM, { 1: 'Logon', 2: 'Logoff', 7: 'Account Switch' }),
  entityManagement: ocsfClass(3004, 'Entity Management', IAM, {
    1: 'Create',
    2: 'Read',
    3: 'Update',
    4: 'Delete',
  }),
  groupManagement: ocsfClass(3006, 'Group Management', IAM, {
    ...{ 1: 'Assign Privileges', 2: 'Revoke Privileges', 3: 'Add User', 4: 'Remove User' },
    ...{ 5: 'Delete', 6: 'Create' },
  }),
  apiActivity: ocsfClass(6003, 'API Activity', [6, 'Application Activity'], {
    ...{ 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
  }),
} as const;

type ClassName = keyof typeof OCSF_CLASSES;

/** By service, then by operation. What is not here is API Activity. */
const KINDS: readonly (readonly [service: string, ClassName, Readonly<Record<string, number>>])[] = [
  [
    'iam',
    'accountChange',
    {
      ...{ CreateUser: 1, DeleteUser: 6, UpdateUser: OTHER, CreateRole: 1, DeleteRole: 6, UpdateRole: OTHER },
      ...{ UpdateAssumeRolePolicy: OTHER, CreateServiceLinkedRole: 1, DeleteServiceLinkedRole: 6 },
      ...{ CreateLoginProfile: 2, DeleteLoginProfile: 5, UpdateLoginProfile: 4, ChangePassword: 3 },
      ...{ CreateAccessKey: OTHER, DeleteAccessKey: OTHER, UpdateAccessKey: OTHER },
      ...{ AttachUserPolicy: 7, PutUserPolicy: 7, DetachUserPolicy: 8, DeleteUserPolicy: 8 },
      ...{ AttachRolePolicy: 7, PutRolePolicy: 7, DetachRolePolicy: 8, DeleteRolePolicy: 8 },
      ...{ PutUserPermissionsBoundary: 7, DeleteUserPermissionsBoundary: 8 },
      ...{ PutRolePermissionsBoundary: 7, DeleteRolePermissionsBoundary: 8 },
      ...{ EnableMFADevice: 10, DeactivateMFADevice: 11, ResyncMFADevice: OTHER },
    },
  ],
  [
    'iam',
    'groupManagement',
    {
      ...{ CreateGroup: 6, DeleteGroup: 5, UpdateGroup: OTHER, AddUserToGroup: 3, RemoveUserFromGroup: 4 },
      ...{ AttachGroupPolicy: 1, PutGroupPolicy: 1, DetachGroupPolicy: 2, DeleteGroupPolicy: 2 },
    },
  ],
  [
    'iam',
    'entityManagement',
    {
      ...{ CreatePolicy: 1, CreatePolicyVersion: 3, DeletePolicy: 4, DeletePolicyVersion: 3 },
      ...{ SetDefaultPolicyVersion: 3 },
    },
  ],
  [
    'signin',
    'authentication',
    {
      ...{ ConsoleLogin: 1, CredentialVerification: 1, UserAuthentication: 1, GetSigninToken: 1 },
      ...{ SwitchRole: 7, RenewRole: 7, ExitRole: 2, Logout: 2, SignOut: 2 },
    },
  ],
  [
    'sts',
    'authentication',
    {
      ...{ AssumeRole: 7, AssumeRoleWithSAML: 1, AssumeRoleWithWebIdentity: 1, AssumeRoot: 7 },
      ...{ GetSessionToken: 1, GetFederationToken: 1 },
    },
  ],
];

const BY_OPERATION: ReadonlyMap<string, OcsfKind> = new Map(
  KINDS.flatMap(([service, name, operations]) =>
    Object.entries(operations).map(
      ([operation, activity]) =>
        [`${service} ${operation}`, { class: OCSF_CLASSES[name], activity }] as const,
    ),
  ),
);

const ACTIVITIES: Readonly<Record<Deed, number>> = { create: 1, read: 2, update: 3, delete: 4, other: OTHER };

/** Which class a record belongs to. */
export function ocsfKindOf(facts: Facts): OcsfKind {
  const { record, service, eventName, deed, named } = facts;
  if (record.eventType === 'AwsCloudTrailInsight' || record.eventCategory === 'Insight') {
    return { class: OCSF_CLASSES.detectionFinding, activity: named.state === 'End' ? 3 : 1 };
  }
  const known = BY_OPERATION.get(`${service} ${eventName}`);
  return known ?? { class: OCSF_CLASSES.apiActivity, activity: ACTIVITIES[deed] };
}

/** Every operation with a class of its own, for the documentation. */
export function ocsfOperations(): readonly (readonly [service: string, operation: string, OcsfKind])[] {
  return [...BY_OPERATION].map(([key, kind]) => {
    const [service = '', operation = ''] = key.split(' ');
    return [service, operation, kind] as const;
  });
}
