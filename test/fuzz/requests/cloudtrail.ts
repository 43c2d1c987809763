import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import fc from 'fast-check';
import { anyInput, anyText, bentText, nested } from '../shapes.ts';

/** Member names of every structure of the client package. */
const memberNames = [
  ...new Set(
    Object.values(cloudtrail).flatMap((schema): string[] =>
      Array.isArray(schema) && schema[0] === 3 && Array.isArray(schema[4]) ? schema[4] : [],
    ),
  ),
];
const membersOf = (operation: string): string[] => {
  const input = (cloudtrail as unknown as Record<string, unknown>)[`${operation}Request$`];
  return Array.isArray(input) && Array.isArray(input[4]) ? input[4] : [];
};

/** An operation of these, and a body that may be its input. */
export const cloudTrailCall = (names: readonly string[]) =>
  fc.constantFrom(...names).chain((name) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof(
        {
          weight: 12,
          arbitrary: bentText(
            anyInput(membersOf(name), memberNames).map((value) => JSON.stringify(value) ?? ''),
          ),
        },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)) },
        { weight: 1, arbitrary: nested('[', ']').map((text) => Buffer.from(text)) },
        {
          weight: 1,
          arbitrary: nested('{"AdvancedEventSelectors":[', ']}').map((text) => Buffer.from(text)),
        },
      ),
    ),
  );

const field = fc.constantFrom(
  'eventCategory',
  'eventName',
  'readOnly',
  'resources.type',
  'resources.ARN',
  'eventSource',
  'userIdentity.arn',
  'sessionCredentialFromConsole',
  'vpcEndpointId',
  'errorCode',
  'x',
);
const values = fc.array(
  fc.oneof(
    fc.constantFrom(
      'Management',
      'Data',
      'NetworkActivity',
      'AWS::S3::Object',
      'true',
      'arn:aws:s3:::b/',
      'kms.amazonaws.com',
    ),
    anyText,
  ),
  { maxLength: 4 },
);
const operator = fc.constantFrom(
  'Equals',
  'NotEquals',
  'StartsWith',
  'NotStartsWith',
  'EndsWith',
  'NotEndsWith',
);
const category = fc.constantFrom(
  [],
  [{ Field: 'eventCategory', Equals: ['Management'] }],
  [{ Field: 'eventCategory', Equals: ['Data'] }],
);
const selector = fc.record({
  Name: fc.option(anyText, { nil: undefined }),
  FieldSelectors: fc
    .tuple(
      category,
      fc.array(
        fc
          .tuple(field, fc.array(fc.tuple(operator, values), { maxLength: 3 }))
          .map(([Field, rules]) => ({ Field, ...Object.fromEntries(rules) })),
        { maxLength: 5 },
      ),
    )
    .map(([first, rest]) => [...first, ...rest]),
});
const basic = fc.record(
  {
    ReadWriteType: fc.constantFrom('All', 'ReadOnly', 'WriteOnly', 'None'),
    IncludeManagementEvents: fc.boolean(),
    DataResources: fc.array(
      fc.record({ Type: fc.oneof(fc.constant('AWS::S3::Object'), anyText), Values: values }),
      { maxLength: 3 },
    ),
    ExcludeManagementEventSources: values,
  },
  { requiredKeys: [], noNullPrototype: true },
);
/** Inputs of PutEventSelectors, many of them good. */
export const selectorsOfAllShapes = fc.oneof(
  fc
    .array(selector, { maxLength: 3 })
    .map((AdvancedEventSelectors) => ({ TrailName: 'fuzz', AdvancedEventSelectors })),
  fc.array(basic, { maxLength: 6 }).map((EventSelectors) => ({ TrailName: 'fuzz', EventSelectors })),
);
