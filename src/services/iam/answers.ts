import type * as client from '@aws-sdk/client-iam';
import {
  entityArn,
  type ManagedPolicy,
  type PolicyHolder,
  type Role,
  type Tag,
  type User,
} from '../../identity/index.ts';

/** A policy document as IAM's answers hold it: percent-encoded by RFC 3986. */
export function encodeDocument(document: string): string {
  // Through bytes first: half of a surrogate pair, which JSON lets in, would throw.
  const strict = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(Buffer.from(document).toString()).replace(/[!'()*]/g, strict);
}

/** ARN of a managed policy; AWS's own have `aws` for the account. */
export function policyArn(policy: ManagedPolicy): string {
  return entityArn('policy', policy);
}

/** A user as answers show it; lists leave tags and boundary out. */
export function userAnswer(user: User): client.User {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: entityArn('user', user),
    CreateDate: time(user.createdAt),
  };
}

/** A role as answers show it; lists leave tags and boundary out. */
export function roleAnswer(role: Role): client.Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: entityArn('role', role),
    CreateDate: time(role.createdAt),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    ...(role.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role.maxSessionDuration,
  };
}

/** Tags and boundary, where there are any. */
export function detailsAnswer({
  tags,
  permissionsBoundary,
}: PolicyHolder): Pick<client.User, 'Tags' | 'PermissionsBoundary'> {
  return {
    ...(permissionsBoundary !== undefined && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'Policy' as client.PermissionsBoundaryAttachmentType,
        PermissionsBoundaryArn: permissionsBoundary,
      },
    }),
    ...(tags.length > 0 && { Tags: tagsAnswer(tags) }),
  };
}

/** A managed policy; `uses` counts its attachments and its uses as a boundary. */
export function policyAnswer(policy: ManagedPolicy, uses: PolicyUses): client.Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policyArn(policy),
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: uses.attachments,
    PermissionsBoundaryUsageCount: uses.boundaries,
    IsAttachable: true,
    CreateDate: time(policy.createdAt),
    UpdateDate: time(policy.updatedAt),
  };
}

/** How often a policy is used. */
export interface PolicyUses {
  readonly attachments: number;
  readonly boundaries: number;
}

/** How often each policy is used in an account, by ARN, in one pass. */
export function countPolicyUses(holders: readonly PolicyHolder[]): (arn: string) => PolicyUses {
  const attachments = new Map<string, number>();
  const boundaries = new Map<string, number>();
  const count = (map: Map<string, number>, arn: string) => map.set(arn, (map.get(arn) ?? 0) + 1);
  for (const { attachedPolicies, permissionsBoundary } of holders) {
    for (const arn of attachedPolicies) count(attachments, arn);
    if (permissionsBoundary !== undefined) count(boundaries, permissionsBoundary);
  }
  return (arn) => ({ attachments: attachments.get(arn) ?? 0, boundaries: boundaries.get(arn) ?? 0 });
}

/** A fresh list: answers own what they hold. */
export function tagsAnswer(tags: readonly Tag[]): client.Tag[] {
  return tags.map(({ Key, Value }) => ({ Key, Value }));
}

/** Tags of a request; the front door has checked that both members are there. */
export function readTags(tags: readonly client.Tag[] | undefined): Tag[] {
  return (tags ?? []).map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' }));
}

/** Answers tell whole seconds. */
export function time(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}
