import * as iam from '@aws-sdk/client-iam';
import * as sns from '@aws-sdk/client-sns';
import { QueryShapeSerializer } from '@aws-sdk/core/protocols';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headOnly } from '../../front-door.fixture.ts';
import { readQuery } from '../../query-text.ts';
import { type Service, ServiceError } from '../../service.ts';
import { operationShape } from '../../shape.ts';
import { openRequest } from '../../wire-request.ts';
import { createAwsQuery } from './aws-query.ts';

const codec = createAwsQuery();
const wire = openRequest(headOnly('POST', '/', {}));
const decode = (schema: unknown, text: string) =>
  codec.decode(operationShape(schema), { wire, body: Buffer.alloc(0), form: readQuery(text) ?? new Map() });

describe('a form', () => {
  it.each<[string, unknown, string, unknown]>([
    ['a scalar', sns.CreateTopic$, 'Name=a+b%26', { Name: 'a b&' }],
    [
      'a list of structures',
      sns.CreateTopic$,
      'Name=t&Tags.member.2.Key=c&Tags.member.2.Value=&Tags.member.1.Key=a&Tags.member.1.Value=b',
      {
        Name: 't',
        Tags: [
          { Key: 'a', Value: 'b' },
          { Key: 'c', Value: '' },
        ],
      },
    ],
    [
      'a map',
      sns.CreateTopic$,
      'Name=t&Attributes.entry.1.key=DisplayName&Attributes.entry.1.value=x',
      { Name: 't', Attributes: { DisplayName: 'x' } },
    ],
    [
      'a map with names of its own',
      sns.Publish$,
      'Message=m&MessageAttributes.entry.1.Name=k&MessageAttributes.entry.1.Value.DataType=Binary&MessageAttributes.entry.1.Value.BinaryValue=AQI%3D',
      { Message: 'm', MessageAttributes: { k: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) } } },
    ],
    ['a number and a boolean', iam.ListUsers$, 'MaxItems=10', { MaxItems: 10 }],
    ['a boolean', iam.UpdateAccountPasswordPolicy$, 'RequireSymbols=true', { RequireSymbols: true }],
    [
      'unknown fields, left out',
      sns.CreateTopic$,
      'Action=CreateTopic&Version=1&Name=t&X.Y=1',
      { Name: 't' },
    ],
  ])('with %s', (_what, schema, text, expected) => {
    expect(decode(schema, text).input).toEqual(expected);
  });

  it('names what is missing', () => {
    expect(decode(iam.CreateRole$, 'Tags.member.1.Key=k').missing).toEqual([
      'roleName',
      'assumeRolePolicyDocument',
      'tags.1.member.value',
    ]);
  });

  it.each([
    ['MaxItems=ten', iam.ListUsers$],
    ['Name=t&Tags.member.x.Key=k', sns.CreateTopic$],
    ['Name=t&Attributes.entry.1.value=x', sns.CreateTopic$],
    ['Name.member.1=x', sns.CreateTopic$],
    [`${'a.'.repeat(100)}=1`, sns.CreateTopic$],
  ])('%s is refused', (text, schema) => {
    expect(() => decode(schema, text)).toThrow(
      expect.objectContaining({ code: 'MalformedInput', status: 400 }),
    );
  });

  it("is read as the SDK's own serialiser writes it", () => {
    const tag = fc.record({ Key: fc.string(), Value: fc.string() });
    const attributes = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1 });
    const input = fc.record({
      Name: fc.string(),
      Attributes: attributes,
      Tags: fc.array(tag, { minLength: 1 }),
    });
    const settings = {
      timestampFormat: { useTrait: true, default: 5 },
      httpBindings: false,
      xmlNamespace: '',
      serviceNamespace: '',
      serializeEmptyLists: true,
    } as const;
    void fc.assert(
      fc.property(input, (value) => {
        const serializer = new QueryShapeSerializer(settings);
        serializer.write(operationShape(sns.CreateTopic$).input.schema, value);
        expect(decode(sns.CreateTopic$, String(serializer.flush())).input).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });

  it('of any names is decoded or refused with an error of AWS', () => {
    const step = fc.constantFrom(
      'Tags',
      'member',
      'entry',
      '1',
      '2',
      'Key',
      'key',
      'value',
      'Attributes',
      '__proto__',
      '',
    );
    const field = fc.tuple(fc.array(step, { maxLength: 6 }), fc.string());
    void fc.assert(
      fc.property(fc.array(field), (fields) => {
        const form = new Map(fields.map(([steps, text]) => [steps.join('.'), text]));
        try {
          codec.decode(operationShape(sns.CreateTopic$), { wire, body: Buffer.alloc(0), form });
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a query answer', () => {
  const service = { xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/' } as Service;
  const encode = (schema: unknown, output: unknown) =>
    codec.encode(service, operationShape(schema), output, 'id').body;

  it('wraps its result and metadata', () => {
    expect(encode(sns.CreateTopic$, { TopicArn: 'a<b' })).toBe(
      '<CreateTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><CreateTopicResult><TopicArn>a&lt;b</TopicArn></CreateTopicResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></CreateTopicResponse>',
    );
  });

  it('has no result where the operation has none, and an empty one where it is empty', () => {
    expect(encode(sns.DeleteTopic$, {})).not.toContain('Result');
    expect(encode(sns.ListTopics$, {})).toContain('<ListTopicsResult/>');
  });

  it('of an error says whose fault it is', () => {
    const error = { code: 'NotFound', message: 'no & no', status: 404, details: {}, headers: {} };
    expect(codec.encodeError(service, error, 'id').body).toBe(
      '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>NotFound</Code><Message>no &amp; no</Message></Error><RequestId>id</RequestId></ErrorResponse>',
    );
    expect(codec.encodeError(service, { ...error, status: 500 }, 'id').body).toContain(
      '<Type>Receiver</Type>',
    );
  });
});
