import * as client from '@aws-sdk/client-iam';
import { defineService, operationsOf, type Service } from '../../aws/index.ts';
import type { IamDependencies } from './dependencies.ts';
import { ERRORS } from './errors.ts';
import { accessKeyHandlers } from './handlers/access-keys.ts';
import { accountHandlers } from './handlers/account.ts';
import { attachedPolicyHandlers } from './handlers/attached-policies.ts';
import { inlinePolicyHandlers } from './handlers/inline-policies.ts';
import { managedPolicyHandlers, policyVersionHandlers } from './handlers/managed-policies.ts';
import { roleHandlers } from './handlers/roles.ts';
import { tagHandlers } from './handlers/tags.ts';
import { userHandlers } from './handlers/users.ts';
import { permissionsFor } from './permissions.ts';
import { recordsFor } from './records.ts';

export type { IamDependencies } from './dependencies.ts';

/**
 * IAM's API over identity: users, access keys, roles, policies. Identity's refusals carry IAM's own codes and words
 * and go to the caller as they are. Operations without a handler (groups, providers, devices) answer not implemented.
 */
export function createIamService(dependencies: IamDependencies): Service {
  const operations = [...operationsOf(client).keys()];
  return defineService({
    client,
    signingNames: ['iam'],
    protocol: 'awsQuery',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    apiVersion: '2010-05-08',
    iamPrefix: 'iam',
    eventSource: 'iam.amazonaws.com',
    errors: ERRORS,
    handlers: {
      ...userHandlers(dependencies),
      ...accessKeyHandlers(dependencies),
      ...roleHandlers(dependencies),
      ...inlinePolicyHandlers(dependencies),
      ...attachedPolicyHandlers(dependencies),
      ...managedPolicyHandlers(dependencies),
      ...policyVersionHandlers(dependencies),
      ...tagHandlers(dependencies),
      ...accountHandlers(dependencies),
    },
    permissions: permissionsFor(dependencies.identity, operations),
    records: recordsFor(operations),
  });
}
