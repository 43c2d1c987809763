import fc from 'fast-check';
import { anyInput, anyText, bentText } from '../shapes.ts';

const names = [
  'op',
  'start',
  'end',
  'accounts',
  'regions',
  'attributes',
  'categories',
  'limit',
  'key',
  'value',
  'userName',
  'preset',
  'account',
  'scope',
  'id',
  'description',
  'expiresInMs',
  'readAccounts',
  'directory',
];
/** Questions to the server's own paths. */
export const ownQuestion = fc.record({
  path: fc.constantFrom(
    '/v1/lookup',
    '/v1/export',
    '/v1/admin/users',
    '/v1/admin/tokens',
    '/v1/flush',
    '/v1/admin/keys',
  ),
  body: bentText(
    fc
      .oneof(
        anyInput(names, names),
        fc.record(
          {
            op: fc.constantFrom('create', 'list', 'delete', 'revoke'),
            userName: anyText,
            preset: fc.constantFrom('auditor', 'ingest', 'x'),
            scope: fc.constantFrom('read', 'ingest'),
            id: anyText,
            expiresInMs: fc.double(),
          },
          { requiredKeys: ['op'], noNullPrototype: true },
        ),
        fc.record(
          {
            start: fc.double(),
            end: fc.double(),
            limit: fc.double(),
            accounts: fc.array(anyText, { maxLength: 3 }),
            regions: fc.array(anyText, { maxLength: 3 }),
            attributes: fc.array(
              fc.record({
                key: fc.constantFrom('EventId', 'Username', 'ResourceName', 'x'),
                value: anyText,
              }),
              { maxLength: 3 },
            ),
          },
          { requiredKeys: [], noNullPrototype: true },
        ),
      )
      .map((value) => JSON.stringify(value) ?? ''),
  ),
});
