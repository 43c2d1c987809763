import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import type { DiscoveredOrganization } from './discovery.ts';
import { reasonOf } from './reason.ts';

/** Pages of 20 accounts; the largest organizations have some ten thousand. */
const MAX_PAGES = 1_000;

/**
 * The organization of the account, and its member accounts where these may be listed: only the management account and
 * delegated administrators may. Never throws: what cannot be known is said in `notes`.
 */
export async function findOrganization(
  client: OrganizationsClient,
): Promise<{ readonly organization?: DiscoveredOrganization; readonly notes: readonly string[] }> {
  let organization: DiscoveredOrganization;
  try {
    const { Organization } = await client.send(new DescribeOrganizationCommand({}));
    if (!Organization?.Id) return { notes: ['the account is in no organization'] };
    organization = { id: Organization.Id, managementAccount: Organization.MasterAccountId ?? '' };
  } catch (error) {
    if ((error as Error).name === 'AWSOrganizationsNotInUseException') {
      return { notes: ['the account is in no organization'] };
    }
    return { notes: [`whether the account is in an organization is not known: ${reasonOf(error)}`] };
  }
  try {
    return { organization: { ...organization, accounts: await listAccounts(client) }, notes: [] };
  } catch (error) {
    return { organization, notes: [`the organization's accounts cannot be listed: ${reasonOf(error)}`] };
  }
}

async function listAccounts(client: OrganizationsClient) {
  const accounts: { id: string; name: string; status: string }[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(
      new ListAccountsCommand(token === undefined ? {} : { NextToken: token }),
    );
    for (const { Id = '', Name = '', Status = '' } of answer.Accounts ?? []) {
      accounts.push({ id: Id, name: Name, status: Status });
    }
    token = answer.NextToken;
    if (token === undefined) break;
  }
  return accounts;
}
