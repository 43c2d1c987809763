import fc from 'fast-check';
import type { Service } from '../../../src/aws/index.ts';
import { anyJson, anyText } from '../shapes.ts';

const parameter = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'Name',
      'TopicArn',
      'Message',
      'Protocol',
      'Endpoint',
      'AttributeName',
      'AttributeValue',
      'UserName',
      'RoleName',
      'PolicyName',
      'PolicyArn',
      'PolicyDocument',
      'AssumeRolePolicyDocument',
      'RoleArn',
      'RoleSessionName',
      'DurationSeconds',
      'MaxItems',
      'Marker',
      'Path',
      'PathPrefix',
      'Tags.member.1.Key',
      'Tags.member.1.Value',
      'Tags.member.999999999.Key',
      'Attributes.entry.1.key',
      'Attributes.entry.1.value',
      'Attributes.entry.-1.key',
      'Tags.member.1.__proto__',
      'NextToken',
      'Token',
      'MessageAttributes.entry.1.Value.DataType',
    ),
  },
  { weight: 1, arbitrary: anyText },
);
const policy = anyJson([
  'Version',
  'Statement',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'Principal',
  'Condition',
  'StringEquals',
  'AWS',
  'Allow',
  'Deny',
  'Sid',
]).map((value) => JSON.stringify(value) ?? '');

/** A form for one of these services. */
export const queryCall = (
  query: readonly { readonly service: Service; readonly names: readonly string[] }[],
) =>
  fc.constantFrom(...query).chain(({ service, names }) =>
    fc.record({
      service: fc.constant(service.signingNames[0]!),
      version: fc.constant(service.apiVersion),
      action: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: anyText },
      ),
      parameters: fc.array(fc.tuple(parameter, fc.oneof(anyText, policy)), { maxLength: 6 }),
      bend: fc.option(fc.stringMatching(/^[%&=+;a-z0-9]{1,8}$/), { freq: 6 }),
    }),
  );
