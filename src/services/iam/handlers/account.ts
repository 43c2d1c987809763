import { ServiceError } from '../../../aws/index.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { userNameOf } from '../own-user.ts';

/**
 * Questions about things that this server does not have: groups, instance profiles, devices, sign-in passwords.
 * Tools ask them before they delete users and roles; the true answer is that there are none.
 */
export function accountHandlers({ identity }: IamDependencies) {
  const { users, roles, policies } = identity;
  const none = { IsTruncated: false } as const;
  const noLoginProfile = (name: string) =>
    new ServiceError('NoSuchEntity', `Login Profile for User ${name} cannot be found.`);

  return {
    async ListAccountAliases() {
      return { AccountAliases: [], ...none };
    },

    async GetAccountSummary(_, { account }) {
      const isMain = account === identity.accountId;
      return {
        SummaryMap: {
          Users: users.list(account).length,
          UsersQuota: 5_000,
          Groups: 0,
          GroupsQuota: 300,
          Roles: roles.list(account).length,
          RolesQuota: 1_000,
          Policies: policies.list(account).length,
          PoliciesQuota: 1_500,
          AccessKeysPerUserQuota: 2,
          AttachedPoliciesPerUserQuota: 10,
          AttachedPoliciesPerRoleQuota: 10,
          UserPolicySizeQuota: 2_048,
          RolePolicySizeQuota: 10_240,
          PolicySizeQuota: 6_144,
          VersionsPerPolicyQuota: 5,
          AssumeRolePolicySizeQuota: 2_048,
          AccountAccessKeysPresent: isMain ? 1 : 0,
          AccountMFAEnabled: 0,
          MFADevices: 0,
          MFADevicesInUse: 0,
        },
      };
    },

    async ListGroups() {
      return { Groups: [], ...none };
    },

    async ListGroupsForUser({ UserName = '' }, { account }) {
      users.get(account, UserName);
      return { Groups: [], ...none };
    },

    async ListInstanceProfiles() {
      return { InstanceProfiles: [], ...none };
    },

    async ListInstanceProfilesForRole({ RoleName = '' }, { account }) {
      roles.get(account, RoleName);
      return { InstanceProfiles: [], ...none };
    },

    async ListMFADevices(input, call) {
      if (call.caller.kind !== 'root' || input.UserName !== undefined) {
        users.get(call.account, userNameOf(input, call));
      }
      return { MFADevices: [], ...none };
    },

    async ListVirtualMFADevices() {
      return { VirtualMFADevices: [], ...none };
    },

    async ListSSHPublicKeys(input, call) {
      users.get(call.account, userNameOf(input, call));
      return { SSHPublicKeys: [], ...none };
    },

    async ListSigningCertificates(input, call) {
      users.get(call.account, userNameOf(input, call));
      return { Certificates: [], ...none };
    },

    async ListServiceSpecificCredentials({ UserName }, { account }) {
      if (UserName !== undefined) users.get(account, UserName);
      return { ServiceSpecificCredentials: [] };
    },

    async GetLoginProfile(input, call) {
      throw noLoginProfile(users.get(call.account, userNameOf(input, call)).name);
    },

    async DeleteLoginProfile(input, call) {
      throw noLoginProfile(users.get(call.account, userNameOf(input, call)).name);
    },
  } satisfies IamHandlers;
}
