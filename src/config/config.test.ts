import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { environmentOf, flagOf } from './setting.ts';

const read = (
  flags: Record<string, string | boolean> = {},
  env: Record<string, string> = {},
  file?: unknown,
) =>
  readConfig({
    flags: { ...(file !== undefined && { config: '/etc/o.json' }), ...flags },
    env,
    readFile: () => (typeof file === 'string' ? file : JSON.stringify(file)),
  });

describe('readConfig', () => {
  it('answers the defaults', () => {
    expect(read()).toMatchObject({
      dataDir: './opentrail-data',
      host: '127.0.0.1',
      port: 8765,
      accounts: ['123456789012'],
      deliveryInterval: 300_000,
      historyDays: 90,
      limits: 'open',
      minFreeDisk: 1e9,
      endpoints: {},
    });
  });

  it('lets a flag win over the environment, and that over the file', () => {
    const env = { OPENTRAIL_PORT: '2', OPENTRAIL_REGION: 'eu-west-1' };
    const config = read({ port: '3' }, env, { port: 1, region: 'eu-west-2', limits: 'aws' });
    expect(config).toMatchObject({ port: 3, region: 'eu-west-1', limits: 'aws' });
  });

  it('takes an empty variable as not set', () => expect(read({}, { OPENTRAIL_PORT: '' }).port).toBe(8765));

  it('keeps the main account among the accounts', () => {
    expect(read({ accounts: '111111111111, 222222222222' }).accounts).toEqual([
      '123456789012',
      '111111111111',
      '222222222222',
    ]);
    expect(read({ accounts: 'any' }).accounts).toBe('any');
    expect(read({}, {}, { accounts: ['111111111111'] }).accounts).toHaveLength(2);
  });

  it('reads endpoints in both spellings, with credentials from the environment', () => {
    const env = { OPENTRAIL_ENDPOINT_S3_ACCESS_KEY_ID: 'a', OPENTRAIL_ENDPOINT_S3_SECRET_ACCESS_KEY: 'b' };
    const s3 = { url: 'https://m.example', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    expect(read({ endpointS3: 'https://m.example/' }, env).endpoints).toEqual({ s3 });
    expect(read({}, env, { endpoints: { s3: 'https://m.example' } }).endpoints).toEqual({ s3 });
  });

  it.each([
    [
      { port: '70000' },
      {},
      undefined,
      'port: expected a whole number from 0 to 65535, found "70000" (flag --port)',
    ],
    [{}, { OPENTRAIL_HISTORY_DAYS: '0' }, undefined, '(environment variable OPENTRAIL_HISTORY_DAYS)'],
    [{}, {}, { limits: 'none' }, 'limits: expected one of aws, open, found "none" (file /etc/o.json)'],
    [{}, {}, { limit: 'aws' }, 'unknown setting "limit" (file /etc/o.json)'],
    [{}, {}, { port: { a: 1 } }, 'port: expected a whole number'],
    [{}, {}, { rootSecretAccessKey: 'x' }, 'set OPENTRAIL_ROOT_SECRET_ACCESS_KEY instead'],
    [{}, {}, '[1]', 'must hold one JSON object'],
    [{}, {}, '{', 'is not JSON'],
    [{ deliveryInterval: '5' }, {}, undefined, 'deliveryInterval: expected a duration'],
    [{ deliveryInterval: '1ms' }, {}, undefined, 'at least 100 ms'],
    [{ minFreeDisk: '5 GB' }, {}, undefined, 'minFreeDisk: expected a size'],
    [{ accounts: '1,2' }, {}, undefined, 'accounts: expected account ids of 12 digits'],
    [{ endpointS3: 'ftp://x' }, {}, undefined, 'endpointS3: expected an http'],
    [{ tlsKey: 'a' }, {}, undefined, 'tlsKey is set but tlsCert is not'],
    [{}, { OPENTRAIL_ROOT_ACCESS_KEY_ID: 'AKIA' }, undefined, 'rootSecretAccessKey is not'],
    [{ host: '0.0.0.0' }, {}, undefined, '0.0.0.0 is not a loopback address'],
  ] as const)('refuses %j %j %j', (flags, env, file, message) => {
    expect(() => read(flags, env, file)).toThrow(message);
  });

  it.each([
    ['smtpUrl', 'http://ada:hidden@mail.example.com'],
    ['smtpUrl', 'smtp://ada:hidden@mail.example.com/?x'],
    ['smtpUrl', 'hidden'],
    ['notifyEndpoints', 'https://hooks.example.com/x,ftp://example.com/hidden'],
  ])('does not show what may be a password in %s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`^${name}: expected .*, found another text`));
    expect(() => read({ [name]: value })).not.toThrow(/hidden/);
  });

  it('reads a mail server and addresses of chats', () => {
    const flags = {
      smtpUrl: 'smtps://ada:p%40ss@mail.example.com',
      notifyEndpoints: 'https://a.example/x, http://b/',
    };
    expect(read(flags)).toMatchObject({
      smtpUrl: flags.smtpUrl,
      smtpFrom: 'opentrail <opentrail@localhost>',
      notifyEndpoints: ['https://a.example/x', 'http://b/'],
    });
  });

  it('never shows a secret in an error', () => {
    expect(() => read({}, { OPENTRAIL_ROOT_SECRET_ACCESS_KEY: 'short' })).not.toThrow(/short/);
  });

  it.each([
    [{ host: '0.0.0.0', allowPlainHttp: true }],
    [{ host: '0.0.0.0', tlsKey: 'k', tlsCert: 'c' }],
    [{ host: '127.0.0.2' }],
    [{ host: 'localhost' }],
  ])('serves on %j', (flags) => expect(read(flags).host).toBe(flags.host));

  it('hands on the log sources of the file as they stand there', () => {
    const sources = [{ name: 'prod', config: { Connector: { secret_key: { env: 'KEY' } } } }];
    expect(read({}, {}, { sources }).sources).toEqual(sources);
    expect(read().sources).toBeUndefined();
    expect(() => read({}, {}, { sources: { name: 'prod' } })).toThrow('sources: expected a list of objects');
  });

  it('derives flag and variable from the name', () => {
    expect([flagOf('endpointS3'), environmentOf('endpointS3AccessKeyId')]).toEqual([
      '--endpoint-s3',
      'OPENTRAIL_ENDPOINT_S3_ACCESS_KEY_ID',
    ]);
  });
});
