import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { operationsOf } from './define-service.ts';
import { type Member, membersOf, operationShape, type Shape } from './shape.ts';

/** The contract with the SDK's semi-internal schemas: what breaks here after an update would break every answer. */
describe("the SDK's schemas", () => {
  it('hold all operations of CloudTrail', () => {
    expect(operationsOf(cloudtrail).size).toBe(60);
  });

  it('open without a surprise, to their last member', () => {
    for (const client of [cloudtrail, s3, sns]) {
      for (const [name, schema] of operationsOf(client)) {
        const operation = operationShape(schema);
        expect(operation.name).toBe(name);
        walk(operation.input, new Set());
        walk(operation.output, new Set());
      }
    }
  });

  it('say which members are required', () => {
    const members = [...membersOf(operationShape(cloudtrail.CreateTrail$).input.shape).values()];
    expect(members.filter((member) => member.required).map((member) => member.name)).toEqual([
      'Name',
      'S3BucketName',
    ]);
  });

  it('know lists, structures and timestamps', () => {
    const input = membersOf(operationShape(cloudtrail.LookupEvents$).input.shape);
    expect(input.get('StartTime')?.shape.kind).toBe('timestamp');
    const attributes = input.get('LookupAttributes')?.shape;
    expect(attributes?.kind === 'list' && attributes.item.shape.kind).toBe('structure');
  });

  it('carry the traits of S3: route, label, header, payload, stream', () => {
    const put = operationShape(s3.PutObject$);
    expect(put.http).toEqual({ method: 'PUT', pattern: '/{Key+}?x-id=PutObject', status: 200 });
    const members = membersOf(put.input.shape);
    expect(members.get('Key')?.traits.httpLabel).toBeTruthy();
    expect(members.get('ContentType')?.traits.httpHeader).toBe('Content-Type');
    expect(members.get('Metadata')?.traits.httpPrefixHeaders).toBe('x-amz-meta-');
    expect(members.get('Body')?.traits).toMatchObject({ httpPayload: 1, streaming: 1 });
  });

  it('are refused when they are none', () => {
    expect(() => operationShape([3, 'x'])).toThrow(TypeError);
  });
});

function walk(member: Member, seen: Set<Shape>): void {
  const { shape } = member;
  if (seen.has(shape)) return;
  seen.add(shape);
  for (const inner of membersOf(shape).values()) walk(inner, seen);
  if (shape.kind === 'list') walk(shape.item, seen);
  if (shape.kind === 'map') for (const inner of [shape.key, shape.value]) walk(inner, seen);
}
