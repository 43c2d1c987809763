import { describe, expect, it } from 'vitest';
import { busEvent } from '../bus.fixture.ts';
import type { Target } from '../rule.ts';
import { compileInput } from './target-input.ts';

/** The event of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
const EVENT = busEvent(
  { 'instance-id': 'i-0123456789', state: 'RUNNING', tags: ['a', 'b'], owner: { name: 'Ann "Q"' } },
  {
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    detailType: 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    time: '2015-11-11T21:29:54Z',
  },
);
const CONTEXT = {
  ruleArn: 'arn:aws:events:us-east-1:123456789012:rule/example',
  ruleName: 'example',
  now: Date.parse('2026-01-02T03:04:05Z'),
};

const inputOf = (target: Partial<Target>) => compileInput({ Id: '1', Arn: 'arn', ...target })(EVENT, CONTEXT);
const transformed = (InputTemplate: string, InputPathsMap: Readonly<Record<string, string>> = {}) =>
  inputOf({ InputTransformer: { InputTemplate, InputPathsMap } });

const PATHS = {
  timestamp: '$.time',
  instance: '$.detail.instance-id',
  state: '$.detail.state',
  resource: '$.resources[0]',
  tags: '$.detail.tags',
  owner: '$.detail.owner',
  name: '$.detail.owner.name',
  none: '$.detail.none',
};

describe("a target's input", () => {
  it('is a constant, a part of the event, or nothing where the part is not there', () => {
    expect(inputOf({ Input: '{"a": 1}' })).toBe('{"a": 1}');
    expect(inputOf({ InputPath: '$.detail.state' })).toBe('"RUNNING"');
    expect(inputOf({ InputPath: "$['detail-type']" })).toBe('"EC2 Instance State-change Notification"');
    expect(inputOf({ InputPath: '$.detail.tags[1]' })).toBe('"b"');
    expect(inputOf({ InputPath: '$.detail.tags[*]' })).toBe('["a","b"]');
    expect(JSON.parse(inputOf({ InputPath: '$' }) ?? '')).toMatchObject({
      source: 'aws.ec2',
      detail: EVENT.detail,
    });
    expect(inputOf({ InputPath: '$.detail.none' })).toBeUndefined();
    expect(inputOf({ InputPath: '$.detail.__proto__' })).toBeUndefined();
  });

  it.each([
    ['"instance <instance> is in <state>"', '"instance i-0123456789 is in RUNNING"'],
    ['{"instance": <instance>, "state": <state>}', '{"instance": "i-0123456789", "state": "RUNNING"}'],
    [
      '{"instance": "<instance>", "state": "\\"<state>\\""}',
      '{"instance": "i-0123456789", "state": "\\"RUNNING\\""}',
    ],
    ['{"tags": <tags>, "owner": <owner>}', '{"tags": ["a","b"], "owner": {"name":"Ann \\"Q\\""}}'],
    // What comes out of an event cannot close the quotes around it.
    ['{"name": "<name>"}', '{"name": "Ann \\"Q\\""}'],
    [
      '{"rule": <aws.events.rule-name>, "arn": "<aws.events.rule-arn>"}',
      '{"rule": "example", "arn": "arn:aws:events:us-east-1:123456789012:rule/example"}',
    ],
    ['{"at": <aws.events.event.ingestion-time>}', '{"at": "2026-01-02T03:04:05Z"}'],
    ['"none: <none>; a < b"', '"none: ; a < b"'],
  ])('%s', (template, expected) => {
    expect(transformed(template, PATHS)).toBe(expected);
  });

  it('writes the whole event in', () => {
    const text = transformed('{"event": <aws.events.event.json>}');
    expect(JSON.parse(text ?? '')).toMatchObject({ event: { source: 'aws.ec2' } });
  });

  it.each([
    [{ Input: '{' }, 'not valid JSON'],
    [{ Input: '{}', InputPath: '$' }, 'Only one of Input'],
    [{ InputPath: 'detail' }, 'Invalid InputPath'],
    [{ InputPath: '$.a[b' }, 'Invalid InputPath'],
    [{ InputTransformer: { InputTemplate: '<x>' } }, 'placeholder x that is not in the InputPathsMap'],
  ])('refuses %j', (target, message) => {
    expect(() => inputOf(target)).toThrow(message);
  });
});
