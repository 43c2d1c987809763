import { describe, expect, test } from 'vitest';
import { RESOURCE_TYPES } from './resource-types.ts';
import { sortedByField, validateSelectors } from './selectors.ts';

const management = { Field: 'eventCategory', Equals: ['Management'] };
const data = { Field: 'eventCategory', Equals: ['Data'] };
const network = { Field: 'eventCategory', Equals: ['NetworkActivity'] };
const objects = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };
const functions = { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] };
const version = 'arn:aws:lambda:us-east-1:111122223333:function:f:1';

function refusal(message: string) {
  return expect.objectContaining({ code: 'InvalidEventSelectorsException', message });
}

describe('basic selectors', () => {
  test('get their defaults and keep their order', () => {
    const DataResources = [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::bkt/p', 'arn:aws:s3'] }];
    expect(
      validateSelectors({
        basic: [{}, { ReadWriteType: 'ReadOnly', IncludeManagementEvents: false, DataResources }],
      }),
    ).toEqual({
      kind: 'basic',
      selectors: [
        {
          ReadWriteType: 'All',
          IncludeManagementEvents: true,
          DataResources: [],
          ExcludeManagementEventSources: [],
        },
        {
          ReadWriteType: 'ReadOnly',
          IncludeManagementEvents: false,
          DataResources,
          ExcludeManagementEventSources: [],
        },
      ],
    });
  });

  test.each([
    ['AWS::S3::Object', 'arn:aws:s3', true],
    ['AWS::S3::Object', 'arn:aws:s3:::bucket/', true],
    ['AWS::S3::Object', 'arn:aws-us-gov:s3:::bucket/some/prefix', true],
    ['AWS::S3::Object', 'arn:aws:s3:::*', false],
    ['AWS::S3::Object', 'arn:aws:s3:::bucket', false],
    ['AWS::S3::Object', 'arn:aws:s3:::bucket/*', false],
    ['AWS::S3::Object', 'bucket', false],
    ['AWS::Lambda::Function', 'arn:aws:lambda', true],
    ['AWS::Lambda::Function', 'arn:aws:lambda:us-east-1:111122223333:function:f', true],
    ['AWS::Lambda::Function', version, false],
    ['AWS::DynamoDB::Table', 'arn:aws:dynamodb', true],
    ['AWS::DynamoDB::Table', 'arn:aws:dynamodb:us-east-1:111122223333:table/t', true],
    ['AWS::DynamoDB::Table', 'arn:aws:s3', false],
  ])('take %s %s: %s', (Type, value, accepted) => {
    const validate = () => validateSelectors({ basic: [{ DataResources: [{ Type, Values: [value] }] }] });
    if (accepted) expect(validate).not.toThrow();
    else expect(validate).toThrow(refusal(`Value ${value} for DataResources.Values is invalid.`));
  });

  const table = (values: number) => [
    { Type: 'AWS::S3::Object', Values: Array.from({ length: values }, (_, i) => `arn:aws:s3:::bucket/${i}`) },
    { Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda'] },
  ];

  test('may have 250 data resources, whole types not counted', () => {
    expect(() => validateSelectors({ basic: [{ DataResources: table(250) }] })).not.toThrow();
    expect(() =>
      validateSelectors({ basic: [{ DataResources: table(200) }, { DataResources: table(51) }] }),
    ).toThrow(refusal('Specify a valid number of data resources (up to 250) for your trail'));
  });

  test.each([
    [[], 'Specify a valid number of selectors (1 to 5) for your trail'],
    [[{}, {}, {}, {}, {}, {}], 'Specify a valid number of selectors (1 to 5) for your trail'],
    [[{ ReadWriteType: 'read-only' }], 'Value read-only for ReadWriteType is invalid.'],
    [
      [{ DataResources: [{ Type: 'AWS::SNS::Topic', Values: [] }] }],
      'Value AWS::SNS::Topic for DataResources.Type is invalid.',
    ],
    [
      [{ ExcludeManagementEventSources: ['s3.amazonaws.com'] }],
      'Value s3.amazonaws.com for ExcludeManagementEventSources is invalid.',
    ],
  ])('are refused: %j', (basic, message) => {
    expect(() => validateSelectors({ basic })).toThrow(refusal(message));
  });
});

describe('advanced selectors', () => {
  test.each([
    [[management]],
    [
      [
        management,
        { Field: 'readOnly', Equals: ['false'] },
        { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
      ],
    ],
    [
      [
        data,
        objects,
        { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::b/'], NotEquals: ['arn:aws:s3:::b/k'] },
      ],
    ],
    [
      [
        data,
        functions,
        { Field: 'userIdentity.arn', NotEndsWith: ['/ci'] },
        { Field: 'sessionCredentialFromConsole', NotEquals: ['true'] },
      ],
    ],
    [
      [
        network,
        { Field: 'eventSource', Equals: ['kms.amazonaws.com'] },
        { Field: 'errorCode', Equals: ['VpceAccessDenied'] },
      ],
    ],
  ])('are accepted: %j', (FieldSelectors) => {
    expect(validateSelectors({ advanced: [{ Name: 'n', FieldSelectors }] })).toEqual({
      kind: 'advanced',
      selectors: [{ Name: 'n', FieldSelectors }],
    });
  });

  test.each([
    [[], 'The following fields are required: [eventCategory].'],
    [[{ Field: 'readOnly', Equals: ['true'] }], 'The following fields are required: [eventCategory].'],
    [[data], 'The following fields are required: [resources.type].'],
    [[network], 'The following fields are required: [eventSource].'],
    [
      [data, { Field: 'resources.type', Equals: ['AWS::S3::Bucket'] }],
      'The resources.type field value is not valid.',
    ],
    [
      [data, { Field: 'resources.type', Equals: ['AWS::S3::Object', 'AWS::SNS::Topic'] }],
      'The resources.type field takes exactly one value.',
    ],
    [
      [data, { Field: 'resources.type', StartsWith: ['AWS::'] }],
      'The resources.type field supports only Equals.',
    ],
    [[{ Field: 'eventCategory', Equals: ['Insight'] }], 'The eventCategory field value is not valid.'],
    [[management, management], 'A field can be specified only once in a selector.'],
    [
      [management, { Field: 'eventName', Equals: ['RunInstances'] }],
      'The field eventName is not valid for eventCategory Management.',
    ],
    [
      [management, { Field: 'eventSource', NotEquals: ['s3.amazonaws.com'] }],
      'The eventSource field value is not valid.',
    ],
    [
      [management, { Field: 'eventSource', Equals: ['kms.amazonaws.com'] }],
      'The eventSource field supports only NotEquals.',
    ],
    [[management, { Field: 'readOnly', Equals: ['True'] }], 'The readOnly field value is not valid.'],
    [[data, objects, { Field: 'eventName' }], 'Specify at least one operator for the eventName field.'],
    [
      [data, objects, { Field: 'eventName', Equals: [] }],
      'Specify at least one value for Equals of the eventName field.',
    ],
    [
      [data, objects, { Field: '__proto__', Equals: ['x'] }],
      'The field __proto__ is not valid for eventCategory Data.',
    ],
    [
      [network, { Field: 'eventSource', Equals: ['nothing.amazonaws.com'] }],
      'The eventSource field value is not valid.',
    ],
    [
      [data, functions, { Field: 'resources.ARN', Equals: [version] }],
      `The specified ARN ${version} is not valid. Verify that the ARN is properly formatted.`,
    ],
    [
      [data, objects, { Field: 'resources.ARN', NotEquals: ['bucket/key'] }],
      'The specified ARN bucket/key is not valid. Verify that the ARN is properly formatted.',
    ],
  ])('are refused: %j', (FieldSelectors, message) => {
    expect(() => validateSelectors({ advanced: [{ FieldSelectors }] })).toThrow(refusal(message));
  });

  test('are between 1 and 500, with 500 values together', () => {
    const names = (count: number) => [
      {
        FieldSelectors: [
          data,
          objects,
          { Field: 'eventName', Equals: Array.from({ length: count }, (_, i) => `E${i}`) },
        ],
      },
    ];
    expect(() => validateSelectors({ advanced: [] })).toThrow(
      refusal('Specify between 1 and 500 selectors for your trail.'),
    );
    expect(() => validateSelectors({ advanced: names(498) })).not.toThrow();
    expect(() => validateSelectors({ advanced: names(499) })).toThrow(
      refusal('Specify at most 500 values for all conditions of your trail; found 501.'),
    );
  });

  test('show their fields in the order of their names', () => {
    const selectors = validateSelectors({
      advanced: [{ FieldSelectors: [objects, { Field: 'eventName', Equals: ['GetObject'] }, data] }],
    });
    const [selector] = sortedByField(selectors).selectors;
    expect(selector).toMatchObject({
      FieldSelectors: [{ Field: 'eventCategory' }, { Field: 'eventName' }, { Field: 'resources.type' }],
    });
  });
});

test('both families at once are refused', () => {
  expect(() => validateSelectors({ basic: [{}], advanced: [{ FieldSelectors: [management] }] })).toThrow(
    refusal('You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.'),
  );
});

test('neither family is no valid number of selectors', () => {
  expect(() => validateSelectors({})).toThrow(
    refusal('Specify a valid number of selectors (1 to 5) for your trail'),
  );
});

test('the table of resource types has AWS’s 179', () => {
  expect(RESOURCE_TYPES.size).toBe(179);
});
