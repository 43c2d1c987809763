import { expect, it } from 'vitest';
import { isListedEndpoint } from './listed-endpoint.ts';
import { checkEndpoint, type EndpointRules, type Protocol } from './protocol.ts';
import { readRedrivePolicy } from './redrive-policy.ts';

const rules: EndpointRules = {
  allowPrivate: false,
  hasMail: true,
  hasQueues: true,
  isListed: (endpoint) =>
    isListedEndpoint(endpoint, ['https://hooks.example.com/services/', 'http://10.0.0.5/']),
};
const QUEUE = 'arn:aws:sqs:eu-west-1:111111111111:q';

it.each<[Protocol, string]>([
  ['http', 'http://example.com/x?y'],
  ['https', 'https://user:secret@example.com/'],
  ['http', 'http://127.0.0.1:1/'],
  ['email', 'ada.lovelace+trail@mail.example.com'],
  ['email-json', 'ops@localhost'],
  ['sqs', QUEUE],
  ['slack', 'https://hooks.example.com/services/T0/B0/x'],
  ['webhook', 'http://10.0.0.5/in'],
])('%s goes to %s', (protocol, endpoint) => {
  expect(() => checkEndpoint(protocol, endpoint, rules)).not.toThrow();
});

it.each<[Protocol, string, RegExp]>([
  ['http', '', /Endpoint/],
  ['http', 'https://example.com/', /must match the specified protocol/],
  ['http', `http://example.com/${'x'.repeat(2_048)}`, /Endpoint/],
  ['https', 'https://192.168.1.1/', /private and link-local/],
  ['http', 'http://2130706433.5/', /Endpoint/],
  ['http', 'http://0xa9fea9fe/', /private and link-local/],
  ['email', 'nobody', /Email address/],
  ['email', 'a@b.example, c@d.example', /Email address/],
  ['email', 'a@b.example\r\nBcc: c@d.example', /Email address/],
  ['email', '<a@b.example>', /Email address/],
  ['email', 'a@b@c', /Email address/],
  ['email', '-oQ/tmp@-x', /Email address/],
  ['sqs', 'https://sqs.eu-west-1.amazonaws.com/111111111111/q', /SQS endpoint ARN/],
  ['sqs', `${QUEUE}.fifo`, /FIFO SQS Queues can not be subscribed/],
  ['slack', 'https://hooks.example.com/servicesx', /--notify-endpoints/],
  ['slack', 'https://hooks.example.com/services/../other', /--notify-endpoints/],
  ['slack', 'https://hooks.example.com/services/%2e%2e/other', /--notify-endpoints/],
  ['slack', 'https://hooks.example.com@evil.example/services/x', /--notify-endpoints/],
  ['slack', 'https://u:p@hooks.example.com/services/x', /--notify-endpoints/],
  ['slack', 'http://hooks.example.com/services/x', /--notify-endpoints/],
  ['slack', 'https://hooks.example.com:444/services/x', /--notify-endpoints/],
  ['webhook', 'ftp://hooks.example.com/services/x', /http or https/],
])('%s does not go to %s', (protocol, endpoint, why) => {
  expect(() => checkEndpoint(protocol, endpoint, rules)).toThrow(why);
});

it('says what the operator would have to set', () => {
  expect(() => checkEndpoint('email', 'a@b.example', { ...rules, hasMail: false })).toThrow(/--smtp-url/);
  expect(() => checkEndpoint('sqs', QUEUE, { ...rules, hasQueues: false })).toThrow(/no queues/);
});

it.each([
  [`{"deadLetterTargetArn":"${QUEUE}"}`, QUEUE],
  ['{}', undefined],
])('reads the redrive policy %s', (text, queue) => {
  expect(readRedrivePolicy(text)).toBe(queue);
});

it.each([
  ['{', /failed to parse JSON/],
  ['null', /must be a JSON object/],
  ['{"deadLetterTargetArn":"q"}', /deadLetterTargetArn is an invalid arn/],
  ['{"deadLetterTargetArn":7}', /deadLetterTargetArn is an invalid arn/],
  [`{"deadLetterTargetArn":"${QUEUE}.fifo"}`, /standard queue/],
  [`{"deadLetterTargetArn":"${QUEUE}","maxReceiveCount":3}`, /only member/],
])('refuses the redrive policy %s', (text, why) => {
  expect(() => readRedrivePolicy(text)).toThrow(why);
});
