import { detailsAnswer, readTags, userAnswer } from '../answers.ts';
import type { IamDependencies, IamHandlers } from '../dependencies.ts';
import { userNameOf } from '../own-user.ts';
import { pageOf } from '../page.ts';

/** CreateUser, GetUser, ListUsers, DeleteUser. */
export function userHandlers({ identity }: IamDependencies) {
  const { users, policies } = identity;
  return {
    async CreateUser({ UserName, Path, Tags, PermissionsBoundary }, { account }) {
      if (PermissionsBoundary !== undefined) policies.get(account, PermissionsBoundary);
      const user = await users.create({
        account,
        name: UserName ?? '',
        path: Path,
        tags: readTags(Tags),
        permissionsBoundary: PermissionsBoundary,
      });
      return { User: { ...userAnswer(user), ...detailsAnswer(user) } };
    },

    async GetUser(input, call) {
      const { account, caller } = call;
      if (input.UserName === undefined && caller.kind === 'root') {
        // Root is a user without name and path; nobody wrote down when the account was made.
        const unknown = { CreateDate: undefined, Path: undefined, UserName: undefined };
        return { User: { UserId: account, Arn: caller.arn, ...unknown } };
      }
      const user = users.get(account, userNameOf(input, call));
      return { User: { ...userAnswer(user), ...detailsAnswer(user) } };
    },

    async ListUsers(input, { account }) {
      const { items, rest } = pageOf(users.list(account, input.PathPrefix), (user) => user.name, input);
      return { Users: items.map(userAnswer), ...rest };
    },

    async DeleteUser({ UserName }, { account }) {
      await users.delete(account, UserName ?? '');
      return {};
    },
  } satisfies IamHandlers;
}
