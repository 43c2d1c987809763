import { describe, expect, it } from 'vitest';
import { compilePattern, EventPatternError, FILTER_POLICY_LIMITS } from './index.ts';

const matches = (pattern: unknown, event: unknown) => compilePattern(JSON.stringify(pattern)).matches(event);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
const EC2 = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0'],
  detail: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-null-values.html */
const NULLS = {
  ...EC2,
  detail: { eventVersion: '', responseElements: null, other: 'x' },
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html */
const ARRAYS = {
  resources: [
    'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:eb56d16b-bbf0-401d-b893-d5978ed4a025',
    'arn:aws:ec2:us-east-1:123456789012:instance/i-b188560f',
  ],
};

const COMPLEX = {
  time: [{ prefix: '2017-10-02' }],
  detail: {
    state: [{ 'anything-but': 'initializing' }],
    'c-count': [{ numeric: ['>', 0, '<=', 5] }],
    'd-count': [{ numeric: ['<', 10] }],
    'x-limit': [{ 'anything-but': [100, 200, 300] }],
    'source-ip': [{ cidr: '10.0.0.0/8' }],
  },
};
const COMPLEX_EVENT = {
  time: '2017-10-02T18:43:48Z',
  detail: { state: 'running', 'c-count': 5, 'd-count': 3, 'x-limit': 301, 'source-ip': '10.0.0.33' },
};

const OR = {
  source: ['aws.cloudwatch'],
  $or: [
    { metricName: ['CPUUtilization', 'ReadLatency'] },
    {
      metricType: ['MetricType'],
      namespace: ['AWS/EC2', 'AWS/ES'],
      $or: [{ metricId: [1234] }, { spaceId: [1000] }],
    },
    { scope: ['Service'] },
  ],
};

type Row = readonly [pattern: unknown, hits: readonly unknown[], misses: readonly unknown[]];

describe('event patterns of the pages of EventBridge', () => {
  const rows: readonly Row[] = [
    [
      {
        source: ['aws.ec2'],
        'detail-type': ['EC2 Instance State-change Notification'],
        detail: { state: ['terminated'] },
      },
      [EC2],
      [{ ...EC2, source: 'aws.s3' }, { ...EC2, detail: { state: 'running' } }, {}],
    ],
    [{ source: ['aws.ec2', 'aws.fargate'] }, [EC2, { source: 'aws.fargate' }], [{ source: 'aws.fargat' }]],
    [{ detail: { eventVersion: [''] } }, [NULLS], [EC2, { detail: { eventVersion: null } }]],
    [{ detail: { responseElements: [null] } }, [NULLS], [EC2, { detail: { responseElements: '' } }]],
    [
      {
        resources: [
          'arn:aws:ec2:us-east-1:123456789012:instance/i-b188560f',
          'arn:aws:ec2:us-east-1:111122223333:instance/i-b188560f',
          'arn:aws:ec2:us-east-1:444455556666:instance/i-b188560f',
        ],
      },
      [ARRAYS, { resources: 'arn:aws:ec2:us-east-1:123456789012:instance/i-b188560f' }],
      [{ resources: [] }, { resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-b188560'] }],
    ],
    [{ time: [{ prefix: '2017-10-02' }] }, [COMPLEX_EVENT], [EC2, { time: 20171002 }]],
    [
      { service: [{ prefix: { 'equals-ignore-case': 'EventB' } }] },
      [{ service: 'EventBridge' }, { service: 'eVeNtB' }],
      [{ service: 'Event' }],
    ],
    [
      { FileName: [{ suffix: '.png' }] },
      [{ FileName: 'a.png' }],
      [{ FileName: 'a.PNG' }, { FileName: 'png' }],
    ],
    [
      { FileName: [{ suffix: { 'equals-ignore-case': '.png' } }] },
      [{ FileName: 'a.png' }, { FileName: 'a.PNG' }],
      [{ FileName: 'png' }],
    ],
    [
      { detail: { state: [{ 'anything-but': 'initializing' }] } },
      [EC2, { detail: { state: 7 } }, { detail: { state: null } }],
      [{ detail: { state: 'initializing' } }, { detail: {} }],
    ],
    [
      { detail: { 'x-limit': [{ 'anything-but': 123 }] } },
      [{ detail: { 'x-limit': 124 } }, { detail: { 'x-limit': '123' } }],
      [{ detail: { 'x-limit': 123 } }],
    ],
    [
      { detail: { state: [{ 'anything-but': ['stopped', 'overloaded'] }] } },
      [EC2, { detail: { state: ['stopped', 'running'] } }],
      [
        { detail: { state: 'stopped' } },
        { detail: { state: ['stopped', 'overloaded'] } },
        { detail: { state: [] } },
      ],
    ],
    [
      { detail: { 'x-limit': [{ 'anything-but': [100, 200, 300] }] } },
      [{ detail: { 'x-limit': 101 } }],
      [{ detail: { 'x-limit': 200 } }, { detail: { 'x-limit': 300.0 } }],
    ],
    [
      { detail: { state: [{ 'anything-but': { 'equals-ignore-case': 'initializing' } }] } },
      [{ detail: { state: 'initialized' } }],
      [{ detail: { state: 'INITIALIZING' } }],
    ],
    [
      { detail: { state: [{ 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } }] } },
      [{ detail: { state: 'running' } }],
      [{ detail: { state: 'Stopped' } }, { detail: { state: 'INITIALIZING' } }],
    ],
    [
      { detail: { state: [{ 'anything-but': { prefix: 'init' } }] } },
      [EC2, { detail: { state: 3 } }],
      [{ detail: { state: 'initializing' } }],
    ],
    [
      { detail: { state: [{ 'anything-but': { prefix: ['init', 'error'] } }] } },
      [EC2],
      [{ detail: { state: 'init' } }, { detail: { state: 'error 5' } }],
    ],
    [
      { FileName: [{ 'anything-but': { suffix: '.txt' } }] },
      [{ FileName: 'a.rtf' }],
      [{ FileName: 'a.txt' }],
    ],
    [
      { FileName: [{ 'anything-but': { suffix: ['.txt', '.rtf'] } }] },
      [{ FileName: 'a.doc' }],
      [{ FileName: 'a.txt' }, { FileName: 'a.rtf' }],
    ],
    [
      { FilePath: [{ 'anything-but': { wildcard: '*/lib/*' } }] },
      [{ FilePath: '/usr/bin/x' }, { FilePath: 'lib/x' }],
      [{ FilePath: '/usr/lib/x' }, { FilePath: '/lib/' }],
    ],
    [
      { FilePath: [{ 'anything-but': { wildcard: ['*/lib/*', '*/bin/*'] } }] },
      [{ FilePath: '/usr/share/x' }],
      [{ FilePath: '/usr/lib/x' }, { FilePath: '/usr/bin/x' }],
    ],
    [COMPLEX, [COMPLEX_EVENT], [{ ...COMPLEX_EVENT, detail: { ...COMPLEX_EVENT.detail, 'c-count': 0 } }]],
    [{ x: [{ numeric: ['=', 3.018e2] }] }, [{ x: 301.8 }], [{ x: '301.8' }, { x: 301 }]],
    [{ x: [{ numeric: ['>=', -1] }] }, [{ x: -1 }, { x: 5e300 }], [{ x: -1.0001 }]],
    [
      { 'source-ip': [{ cidr: '10.0.0.0/24' }] },
      [{ 'source-ip': '10.0.0.255' }, { 'source-ip': ['192.168.0.1', '10.0.0.0'] }],
      [
        { 'source-ip': '10.0.1.0' },
        { 'source-ip': '10.0.0' },
        { 'source-ip': 'ec2.amazonaws.com' },
        { 'source-ip': 10 },
      ],
    ],
    [
      { ip: [{ cidr: '2001:db8::/33' }] },
      [{ ip: '2001:db8::1' }, { ip: '2001:0DB8:7fff::ffff' }],
      [{ ip: '2001:db8:8000::1' }, { ip: '10.0.0.1' }, { ip: '::ffff:10.0.0.1' }],
    ],
    [
      { ip: ['2001:db8::1'] },
      [{ ip: '2001:0db8:0:0:0:0:0:1' }, { ip: '2001:db8::1' }],
      [{ ip: '2001:db8::2' }],
    ],
    [
      { detail: { ProductName: [{ exists: true }] } },
      [{ detail: { ProductName: null } }, { detail: { ProductName: ['a'] } }],
      [{ detail: {} }, { detail: { ProductName: { a: 1 } } }, { detail: { ProductName: [] } }],
    ],
    [
      { detail: { 'c-count': [{ exists: false }] } },
      [{ detail: {} }, {}, { detail: { 'c-count': { c1: 100 } } }, { detail: 'text' }],
      [{ detail: { 'c-count': 1 } }, { detail: [{ a: 1 }, { 'c-count': null }] }],
    ],
    [
      { name: [{ 'equals-ignore-case': 'alice' }] },
      [{ name: 'ALICE' }],
      [{ name: 'alic' }, { name: ['bob'] }],
    ],
    [
      { EventBusArn: [{ wildcard: 'arn:aws:events:us-east-1:*:event-bus/*' }] },
      [{ EventBusArn: 'arn:aws:events:us-east-1:1:event-bus/' }],
      [{ EventBusArn: 'arn:aws:events:us-east-1:event-bus/a' }],
    ],
    [
      { FileName: [{ wildcard: 'dir/*.png' }] },
      [{ FileName: 'dir/a/b.png' }, { FileName: 'dir/.png' }],
      [{ FileName: 'dir.png' }],
    ],
    [{ x: [{ wildcard: 'a\\*b\\\\*' }] }, [{ x: 'a*b\\' }, { x: 'a*b\\c' }], [{ x: 'acb\\' }, { x: 'a*b' }]],
    [
      OR,
      [
        { source: 'aws.cloudwatch', metricName: 'ReadLatency' },
        { source: 'aws.cloudwatch', scope: 'Service' },
        { source: 'aws.cloudwatch', metricType: 'MetricType', namespace: 'AWS/ES', spaceId: 1000 },
      ],
      [
        { source: 'aws.cloudwatch', metricType: 'MetricType', namespace: 'AWS/ES' },
        { metricName: 'ReadLatency' },
        { source: 'aws.cloudwatch' },
      ],
    ],
    [
      {
        $or: [{ metricName: ['a'] }, { namespace: ['b'] }],
        detail: { $or: [{ source: ['c'] }, { 'detail-type': ['d'] }] },
      },
      [{ namespace: 'b', detail: { source: 'c' } }],
      [{ namespace: 'b' }, { detail: { source: 'c' } }],
    ],
    // Not the operator: a field that is called so.
    [{ $or: { metricType: ['M'] } }, [{ $or: { metricType: 'M' } }], [{ metricType: 'M' }]],
    // In an array of objects all conditions hold of the same object.
    [
      { people: { first: ['Ann'], last: ['Doe'] } },
      [
        {
          people: [
            { first: 'Bob', last: 'Doe' },
            { first: 'Ann', last: 'Doe' },
          ],
        },
      ],
      [
        {
          people: [
            { first: 'Ann', last: 'Roe' },
            { first: 'Bob', last: 'Doe' },
          ],
        },
      ],
    ],
    [{ a: [300] }, [{ a: 300.0 }, { a: 3.0e2 }], [{ a: '300' }]],
    [{ a: [true, false] }, [{ a: true }, { a: [[false]] }], [{ a: 'true' }, { a: 1 }, { a: null }]],
    [{ a: ['x'] }, [{ a: [[['x']]] }], [{ a: { x: 'x' } }, { b: 'x' }]],
    [{ constructor: [{ exists: true }] }, [{ constructor: 1 }], [{}]],
  ];

  it.each(rows)('%j', (pattern, hits, misses) => {
    for (const event of hits) expect(matches(pattern, event), `hit ${JSON.stringify(event)}`).toBe(true);
    for (const event of misses) expect(matches(pattern, event), `miss ${JSON.stringify(event)}`).toBe(false);
  });
});

describe('a pattern that breaks the rules is refused with the reason', () => {
  it.each([
    ['nonsense', 'Filter is not an object'],
    ['[]', 'Filter is not an object'],
    ['null', 'Filter is not an object'],
    ['{}', 'Empty objects are not allowed'],
    ['{"detail":{}}', 'Empty objects are not allowed'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"detail":"a"}', '"detail" must be an object or an array'],
    ['{"a":[["b"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{}]}', 'Match expression name not found'],
    ['{"a":[{"sufix":"b"}]}', 'Unrecognized match type sufix'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"prefix":"a","suffix":"b"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"prefix":{"wildcard":"b"}}]}', 'Unsupported prefix pattern: wildcard'],
    ['{"a":[{"suffix":{"equals-ignore-case":3}}]}', 'equals-ignore-case match pattern must be a string'],
    ['{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/33"}]}', 'IPv4 mask bits must be < 32'],
    ['{"a":[{"cidr":"10.0.0/8"}]}', 'Invalid IP address: 10.0.0'],
    ['{"a":[{"cidr":"::/x"}]}', 'Malformed CIDR, mask bits must be an integer'],
    ['{"a":[{"numeric":5}]}', 'Value of numeric must be an array.'],
    ['{"a":[{"numeric":[]}]}', 'Invalid member in numeric match: undefined'],
    ['{"a":[{"numeric":["!",5]}]}', 'Unrecognized numeric range operator: !'],
    ['{"a":[{"numeric":["=","5"]}]}', 'Value of equals must be numeric'],
    ['{"a":[{"numeric":["<",5,">",3]}]}', 'Too many elements in numeric expression'],
    ['{"a":[{"numeric":[">",5,"<",3]}]}', 'Bottom must be less than top'],
    ['{"a":[{"numeric":[">",5,">",3]}]}', 'Bad numeric range operator: >'],
    ['{"a":[{"numeric":[">",1,"<",3,4]}]}', 'Too many terms in numeric range expression'],
    [
      '{"a":[{"anything-but":true}]}',
      'Value of anything-but must be an array or single string/number value.',
    ],
    [
      '{"a":[{"anything-but":["a",1]}]}',
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    ['{"a":[{"anything-but":[null]}]}', 'Inside anything but list, start|null|boolean is not supported.'],
    ['{"a":[{"anything-but":{"cidr":"::/0"}}]}', 'Unsupported anything-but pattern: cidr'],
    ['{"a":[{"anything-but":{"prefix":""}}]}', 'Null prefix/suffix not allowed'],
    ['{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard characters at pos 1'],
    ['{"a":[{"wildcard":"a\\\\bc"}]}', 'Invalid escape character at pos 1'],
    ['{"a":[{"wildcard":"a\\\\"}]}', 'Invalid escape character at pos 1'],
    [`{"a":["${'x'.repeat(2_048)}"]}`, 'Pattern is longer than 2048 characters'],
    [`${'{"a":'.repeat(101)}["b"]${'}'.repeat(101)}`, 'Pattern is nested deeper than 100 levels'],
  ])('%s', (text, reason) => {
    expect(() => compilePattern(text)).toThrow(new EventPatternError(reason));
  });
});

describe('limits of filter policies', () => {
  const compile = (policy: unknown) =>
    compilePattern(JSON.stringify(policy), { limits: FILTER_POLICY_LIMITS });
  const values = (count: number) => Array.from({ length: count }, (_, at) => `v${at}`);

  it('takes five keys and 150 combinations', () => {
    compile({ a: ['1'], b: ['1'], c: ['1'], d: ['1'], e: ['1'] });
    compile({ a: values(15), b: values(10) });
    // Four values on level 3 and three on level 2: 12 x 6.
    compile({ a: { b: { c: values(4) } }, d: { e: values(3) } });
  });

  it('refuses a sixth key, more combinations, wildcards and numbers that are too much', () => {
    expect(() => compile({ a: ['1'], b: ['1'], c: ['1'], d: ['1'], e: ['1'], f: ['1'] })).toThrow(
      'more than 5 keys',
    );
    expect(() => compile({ a: values(16), b: values(10) })).toThrow('160 combinations');
    expect(() => compile({ a: [{ wildcard: 'a*b*c*d*' }] })).toThrow('more than 3 wildcard characters');
    expect(() => compile({ a: values(11).map((v) => ({ wildcard: `*${v}` })) })).toThrow('too complex');
    expect(() => compile({ a: [{ numeric: ['<', 1e10] }] })).toThrow('must be between');
  });
});

describe('time', () => {
  const timed = (act: () => boolean) => {
    const start = performance.now();
    expect(act()).toBe(false);
    return performance.now() - start;
  };

  it('stays linear in the value for wildcards that would hang a backtracking matcher', () => {
    const text = 'a'.repeat(200_000);
    const pattern = { x: [{ wildcard: `${'*a'.repeat(400)}*b*` }, { wildcard: `*${'a'.repeat(800)}b*` }] };
    // Milliseconds in truth; quadratic work would take minutes.
    expect(timed(() => matches(pattern, { x: text }))).toBeLessThan(5_000);
  });

  it('takes events nested deeper than the stack', () => {
    const deep = JSON.parse(`{"x":${'['.repeat(100_000)}1${']'.repeat(100_000)}}`) as unknown;
    expect(matches({ x: [1] }, deep)).toBe(true);
    expect(matches({ x: { y: [{ exists: false }] } }, deep)).toBe(true);
  });
});

describe('an index of patterns', () => {
  it('is told which texts alone can match', () => {
    const pattern = compilePattern('{"source":["a","b"],"x":["c",{"prefix":"d"}],"y":["e",null]}');
    expect(pattern.exactValues('source')).toEqual(new Set(['a', 'b']));
    expect(pattern.exactValues('x')).toBeUndefined();
    expect(pattern.exactValues('y')).toBeUndefined();
    expect(pattern.exactValues('z')).toBeUndefined();
  });
});
