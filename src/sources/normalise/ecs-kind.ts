import type { Facts } from './facts.ts';
import type { Deed } from './operation.ts';

/** `event.type` by what a call does. */
const TYPES: Readonly<Record<Deed, string>> = {
  ...{ create: 'creation', read: 'access', update: 'change', delete: 'deletion', other: 'info' },
};

/** Sign-ins, and credentials that are given for other credentials. */
const SIGN_INS: ReadonlySet<string> = new Set([
  ...[
    'ConsoleLogin',
    'SwitchRole',
    'RenewRole',
    'GetSigninToken',
    'CredentialVerification',
    'UserAuthentication',
  ],
  ...['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot'],
  ...['GetSessionToken', 'GetFederationToken', 'CreateSession'],
]);
const SIGN_OUTS: ReadonlySet<string> = new Set(['ExitRole', 'Logout', 'SignOut']);

/** `event.category`: every record is an API call or its like; what it is about may come before that. */
export function ecsCategories(facts: Facts): readonly string[] {
  const { eventName, record, service } = facts;
  if (SIGN_INS.has(eventName) || SIGN_OUTS.has(eventName)) return ['authentication', 'api'];
  if (service === 'iam') return ['iam', 'api'];
  if (record.eventCategory === 'NetworkActivity') return ['network', 'api'];
  if (service === 's3' && record.eventCategory === 'Data') return ['file', 'api'];
  if (service === 'dynamodb' && record.eventCategory === 'Data') return ['database', 'api'];
  return ['api'];
}

/** `event.type`; each is expected of at least one of the categories. */
export function ecsTypes(facts: Facts): readonly string[] {
  const { eventName, deed, service, isDenied } = facts;
  const types: string[] = [];
  if (SIGN_INS.has(eventName)) types.push('start');
  else if (SIGN_OUTS.has(eventName)) types.push('end');
  else types.push(TYPES[deed]);
  if (service === 'iam') {
    if (/User|LoginProfile|AccessKey|MFADevice|Password/.test(eventName)) types.push('user');
    else if (/Group/.test(eventName)) types.push('group');
    else if (deed !== 'read') types.push('admin');
  }
  if (isDenied) types.push('denied');
  return types;
}
