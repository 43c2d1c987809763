import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { authenticate } from './authenticate.ts';
import { exampleKey, exampleSecret, type House, sendSigned } from './front-door.fixture.ts';

it.each<[string, string, string, number | undefined, unknown]>([
  [
    'a signed body',
    'opentrail',
    '{"a":1}',
    undefined,
    { account: '111111111111', region: 'us-east-1', body: '{"a":1}' },
  ],
  ['a body signed for another service', 's3', '{}', undefined, { code: 'InvalidSignatureException' }],
  ['a body over its limit', 'opentrail', '0123456789', 9, { code: 'RequestEntityTooLargeException' }],
])('%s on a path of our own', async (_what, service, body, limit, expected) => {
  const server = createServer((req, res) => {
    const findAccessKey = async (id: string) => (id === exampleKey.accessKeyId ? exampleSecret : undefined);
    const options = { req, findAccessKey, now: Date.now(), allowedServices: ['opentrail'], limit };
    authenticate(options).then(
      ({ caller, region, body }) =>
        res.end(JSON.stringify({ account: caller.account, region, body: body.toString() })),
      (error) => res.end(JSON.stringify({ code: error.code })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const house = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } as House;
  const { text } = await sendSigned(house, service, 'POST', '/v1/events', {}, body);
  server.close();
  expect(JSON.parse(text)).toEqual(expected);
});
