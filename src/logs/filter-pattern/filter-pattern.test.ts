import { describe, expect, test } from 'vitest';
import { compileFilterPattern } from './filter-pattern.ts';
import { LogMessage } from './log-message.ts';
import { FilterPatternError } from './pattern-error.ts';

const matches = (pattern: string, message: unknown) =>
  compileFilterPattern(pattern).matches(
    new LogMessage(typeof message === 'string' ? message : JSON.stringify(message)),
  );

/** The event of AWS's page on patterns for JSON events, with what other pages' examples need. */
const EVENT = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  cluster: { name: 'c' },
  'cluster.name': 'c1',
  ThisFlag: true,
  ThatFlag: false,
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
  bandwidth: 75,
  latency: 50.5,
  errorCode: 400,
  textCode: '400',
  quote: 'say "x"',
  star: 'a*b',
};

describe('patterns for JSON events', () => {
  test.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{$.eventType=UpdateTrail}', true],
    ['{ $.eventType = "updatetrail" }', false],
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = Up*Tr*l }', true],
    ['{ $.eventType = "Trail" }', false],
    ['{ $.sourceIPAddress != 123.123.* }', true],
    ['{ $.sourceIPAddress = 111.111.* }', true],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[1] = "value" }', false],
    ['{ $.arrayKey[*] = "another value" }', true],
    ['{ $.arrayKey = "value" }', false],
    ['{ $.objectList[1].id = 2 }', true],
    ['{ $.objectList[*].id = 2 }', true],
    ['{ $.objectList[*].id = 3 }', false],
    ['{ $.objectList[7].id = 2 }', false],
    ['{ $.SomeObject IS NULL }', true],
    ['{ $.eventType IS NULL }', false],
    ['{ $.Missing IS NULL }', false],
    ['{ $.SomeOtherObject NOT EXISTS }', true],
    ['{ $.SomeObject NOT EXISTS }', false],
    ['{ $.user.id NOT EXISTS }', false],
    ['{ $.user.id.more NOT EXISTS }', true],
    ['{ $.ThisFlag IS TRUE }', true],
    ['{ $.ThisFlag IS FALSE }', false],
    ['{ $.ThatFlag is false }', true],
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ ($.user.id = 2) && ($.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    [
      '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
      true,
    ],
    [
      '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }',
      false,
    ],
    ['{ $.coordinates[1][2] = 6 }', true],
    ['{ $.bandwidth > 75 }', false],
    ['{ $.bandwidth >= 75 }', true],
    ['{ $.bandwidth < 7.6e1 }', true],
    ['{ $.bandwidth <= -75 }', false],
    ['{ $.latency = 50.50 }', true],
    ['{ $.latency = 505e-1 }', true],
    ['{ $.errorCode = 4* }', true],
    ['{ $.errorCode != 500 }', true],
    ['{ $.errorCode != 400 }', false],
    ['{ $.errorCode = "400" }', true],
    ['{ $.textCode = 400 }', true],
    ['{ $.textCode > 300 }', false],
    ['{ $.Missing != "x" }', false],
    ['{ $.SomeObject != "x" }', false],
    ['{ $.cluster != "x" }', false],
    [`{ $.['cluster.name'] = "c1" }`, true],
    [`{ $['cluster.name'] = "c1" }`, true],
    ['{ $.cluster.name = c }', true],
    ['{ $.* = "UpdateTrail" }', true],
    ['{ $.cluster.* = "c" }', true],
    ['{ $.* = "nowhere" }', false],
    ['{ $.eventType = %Trail$% }', true],
    ['{ $.eventType = %^Trail% }', false],
    ['{ $.eventType != %^Trail% }', true],
    ['{ $.quote = "say \\"x\\"" }', true],
    ['{ $.eventType = "*" }', true],
    ['{ $.errorCode = "*" }', true],
    ['{ $.constructor.name = "*" }', false],
    ['{ $.toString NOT EXISTS }', true],
    ['{ $.__proto__ NOT EXISTS }', true],
    ['{ $.arrayKey.length = 2 }', false],
    ['{ $.eventType.length > 0 }', false],
    ['  { $.ThisFlag = true }  ', true],
  ])('%s: %s', (pattern, expected) => {
    expect(matches(pattern, EVENT)).toBe(expected);
  });

  test('match nothing that is not JSON, not even with NOT EXISTS', () => {
    for (const message of ['', 'plain', '{ "a": ', '"text"', '7', 'null'])
      expect(matches('{ $.a NOT EXISTS }', message)).toBe(false);
  });

  test('a member named like one of every object is seen when it is the own', () => {
    expect(matches('{ $.constructor = "x" }', '{"constructor":"x"}')).toBe(true);
    expect(matches('{ $.__proto__ = "x" }', '{"__proto__":"x"}')).toBe(true);
  });

  test.each([
    '{ $.a = Failed authentication }',
    '{ $.a = "x" ',
    '{ $.a = "x }',
    '{ }',
    '{ $ = "x" }',
    '{ a = "x" }',
    '{ $.a EXISTS }',
    '{ $.a IS NOT NULL }',
    '{ $.a IS 5 }',
    '{ $.a == 5 }',
    '{ $.a > "five" }',
    '{ $.a > five }',
    '{ $.a = "x" } more',
    '{ $.a = "x" && }',
    '{ ($.a = "x" }',
    '{ $.a[x] = 1 }',
    '{ $.a[1 = 1 }',
    '{ $.a[*].b[*] = 1 }',
    '{ $.a[*]=1||$.b[*]=1||$.c[*]=1||$.d[*]=1 }',
    '{ $.a=%a%||$.b=%b%||$.c=%c% }',
    `{ ${'('.repeat(60)}$.a = 1${')'.repeat(60)} }`,
    `{ $.a = "${'x'.repeat(1024)}" }`,
  ])('%s is refused', (pattern) => {
    expect(() => compileFilterPattern(pattern)).toThrow(FilterPatternError);
  });

  test('a refusal names the place', () => {
    expect(() => compileFilterPattern('{ $.a = Failed authentication }')).toThrow(
      'expected "}", found "a" at character 16',
    );
  });
});

describe('words', () => {
  test.each([
    ['', 'anything', true],
    ['""', 'anything', true],
    ['ERROR', '[ERROR 400] BAD REQUEST', true],
    ['ERROR', 'Exiting with ERRORCODE: -1', true],
    ['ERROR', 'error', false],
    ['ERROR ARGUMENTS', '[ERROR 419] MISSING ARGUMENTS', true],
    ['ERROR ARGUMENTS', '[ERROR 400] BAD REQUEST', false],
    ['?ERROR ?WARN', '[WARN] x', true],
    ['?ERROR ?WARN', '[INFO] x', false],
    ['?ERROR WARN', '[WARN] x', true],
    ['?ERROR WARN', '[ERROR] x', false],
    ['"INTERNAL SERVER ERROR"', '[ERROR 500] INTERNAL SERVER ERROR', true],
    ['"INTERNAL SERVER ERROR"', 'INTERNAL ERROR SERVER', false],
    ['ERROR -ARGUMENTS', '[ERROR 400] BAD REQUEST', true],
    ['ERROR -ARGUMENTS', '[ERROR 419] MISSING ARGUMENTS', false],
    ['-"a b"', 'a c b', true],
    ['%AUTHORIZED%', '[ERROR 401] UNAUTHORIZED REQUEST', true],
    ['%^AUTH%', '[ERROR 401] UNAUTHORIZED REQUEST', false],
    ['größe', 'die größe', true],
  ])('%s in %s: %s', (pattern, message, expected) => {
    expect(matches(pattern, message)).toBe(expected);
  });

  test.each(['a$b', 'a.b', '"open', '%open', 'a-b', '%a(b)%', '%[z-a]%', '%a{200}%', '%[]%', '%a\\%', '%%'])(
    '%s is refused',
    (pattern) => {
      expect(() => compileFilterPattern(pattern)).toThrow(FilterPatternError);
    },
  );
});

describe('patterns for columns', () => {
  const LINE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

  test.each([
    ['[ip, server, username, timestamp, request, status_code, bytes > 1000]', true],
    ['[ip, server, username, timestamp, request, status_code, bytes > 2000]', false],
    ['[ip, server, username, timestamp, request =*.html*, status_code = 4*, bytes]', true],
    ['[ip, server, username, timestamp, request =*.html*, status_code = 5*, bytes]', false],
    ['[ip, user, username, timestamp, request, status_code = 404 || status_code = 410, bytes]', true],
    ['[ip, user, username, timestamp, request, status_code >= 400 && status_code < 404, bytes]', false],
    ['[..., status_code = 404, bytes]', true],
    ['[..., bytes > 1000]', true],
    ['[ip = "127.0.0.1", ...]', true],
    ['[ip, ..., bytes]', true],
    ['[ip, server]', false],
    ['[a, b, c, d, e, f, g, h]', false],
    ['[a, b, c, d, e, f, g, h, ...]', false],
    ['[ip, server, username = %fr.nk%, ...]', true],
    ['[ip, server, username != frank, ...]', false],
    ['[ip, server, username, timestamp = "10/Oct*", ...]', true],
    ['[ip, server, (username = x || username = frank) && username != y, ...]', true],
  ])('%s: %s', (pattern, expected) => {
    expect(matches(pattern, LINE)).toBe(expected);
  });

  test('show the columns they name', () => {
    const pattern = compileFilterPattern('[ip, ..., status, bytes]');
    expect([...pattern.extract(new LogMessage(LINE))]).toEqual([
      ['$ip', '127.0.0.1'],
      ['$status', '404'],
      ['$bytes', '1534'],
    ]);
  });

  test.each([
    '[a, b',
    '[a,, b]',
    '[..., a, ...]',
    '[a, a]',
    '[a = 1 || b = 2]',
    '[a || a = 2]',
    '[a] b',
    '[]',
  ])('%s is refused', (pattern) => {
    expect(() => compileFilterPattern(pattern)).toThrow(FilterPatternError);
  });
});

describe('regular expressions', () => {
  test.each([
    ['%^[hc]at%', 'hat', true],
    ['%^[hc]at%', 'the hat', false],
    ['%[hc]at$%', 'the hat', true],
    ['%colou?r%', 'color', true],
    ['%[^a-c]x%', 'ax', false],
    ['%^a{3,5}$%', 'aaaa', true],
    ['%^a{3,5}$%', 'aaaaaa', false],
    ['%^a{2}$%', 'aaa', false],
    ['%gra|ey%', 'they', true],
    ['%10\\.10\\.0\\.1%', '10.10.0.1', true],
    ['%10\\.10\\.0\\.1%', '10.1000.1', false],
    ['%^\\d+\\s\\w*$%', '12 ab', true],
    ['%\\x41%', 'A', true],
    ['%b*c+%', 'c', true],
  ])('%s in %s: %s', (pattern, message, expected) => {
    expect(matches(pattern, message)).toBe(expected);
  });

  test('that take others for ever take a moment', () => {
    const begin = performance.now();
    expect(matches('%a*a*a*a*a*a*a*a*a*a*b%', 'a'.repeat(50_000))).toBe(false);
    expect(matches('"*a*a*a*a*b"', 'a'.repeat(50_000))).toBe(false);
    expect(matches('{ $.a = "*a*a*a*a*a*b*" }', { a: 'a'.repeat(200_000) })).toBe(false);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
