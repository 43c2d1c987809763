import type { StatusType } from '@aws-sdk/client-iam';
import { ServiceError } from '../../../aws/index.ts';
import { time } from '../answers.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { userNameOf } from '../own-user.ts';
import { pageOf } from '../page.ts';

/** CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey. Root's own key is listed, and rotated elsewhere. */
export function accessKeyHandlers({ identity }: IamDependencies) {
  const { users } = identity;
  return {
    async CreateAccessKey(input, call) {
      const { name } = users.get(call.account, userNameOf(input, call));
      const key = await users.createAccessKey(call.account, name);
      return {
        AccessKey: {
          UserName: name,
          AccessKeyId: key.id,
          Status: status(true),
          SecretAccessKey: key.secret,
          CreateDate: time(key.createdAt),
        },
      };
    },

    async ListAccessKeys(input, call) {
      if (input.UserName === undefined && call.caller.kind === 'root') {
        const AccessKeyId = identity.rootCredentials.accessKeyId;
        return { AccessKeyMetadata: [{ AccessKeyId, Status: status(true) }], IsTruncated: false };
      }
      const user = users.get(call.account, userNameOf(input, call));
      const { items, rest } = pageOf(user.accessKeys, (key) => key.id, input);
      const AccessKeyMetadata = items.map((key) => ({
        UserName: user.name,
        AccessKeyId: key.id,
        Status: status(key.active),
        CreateDate: time(key.createdAt),
      }));
      return { AccessKeyMetadata, ...rest };
    },

    async UpdateAccessKey(input, call) {
      const { AccessKeyId = '', Status } = input;
      if (Status !== 'Active' && Status !== 'Inactive') {
        throw new ServiceError(
          'ValidationError',
          `1 validation error detected: Value '${Status}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
        );
      }
      await users.setAccessKeyActive(call.account, userNameOf(input, call), AccessKeyId, Status === 'Active');
      return {};
    },

    async DeleteAccessKey(input, call) {
      await users.deleteAccessKey(call.account, userNameOf(input, call), input.AccessKeyId ?? '');
      return {};
    },
  } satisfies IamHandlers;
}

function status(active: boolean): StatusType {
  return active ? 'Active' : 'Inactive';
}
