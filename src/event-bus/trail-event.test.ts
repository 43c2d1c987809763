import { describe, expect, it } from 'vitest';
import { trailEvent } from './bus.fixture.ts';
import { eventText, trailBusEvent } from './index.ts';

describe('what a record becomes on the bus', () => {
  it.each([
    ['AwsApiCall', 's3.amazonaws.com', 'AWS API Call via CloudTrail', 'aws.s3'],
    ['AwsConsoleSignIn', 'signin.amazonaws.com', 'AWS Console Sign In via CloudTrail', 'aws.signin'],
    ['AwsServiceEvent', 'kms.amazonaws.com', 'AWS Service Event via CloudTrail', 'aws.kms'],
    ['AwsApiCall', 'monitoring.amazonaws.com', 'AWS API Call via CloudTrail', 'aws.monitoring'],
    ['AwsApiCall', 'shop.example.com', 'AWS API Call via CloudTrail', 'shop.example.com'],
  ])('%s of %s', (eventType, eventSource, detailType, source) => {
    expect(trailBusEvent(trailEvent({ eventType, eventSource }))).toMatchObject({ detailType, source });
  });

  it('an insight is its own kind', () => {
    const event = trailBusEvent(trailEvent({ eventType: 'AwsCloudTrailInsight' }, { category: 'Insight' }));
    expect(event).toMatchObject({ detailType: 'AWS Insight via CloudTrail', source: 'aws.cloudtrail' });
  });

  it("holds the record's own bytes, an empty list of resources, and the same id each time", () => {
    const raw = Buffer.from('{"eventSource":"s3.amazonaws.com","a":1.0,"b":"\\u0041"}');
    const event = trailEvent(JSON.parse(raw.toString()) as object, { raw });
    const text = eventText(trailBusEvent(event));
    expect(text).toMatch(
      /^\{"version":"0","id":"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}","detail-type":"AWS API Call via CloudTrail","source":"aws\.s3","account":"123456789012","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":\[\],"detail":/,
    );
    expect(text.endsWith(`"detail":${raw.toString()}}`)).toBe(true);
    expect(trailBusEvent(event).id).toBe(trailBusEvent(event).id);
    expect(trailBusEvent({ ...event, eventId: 'e2' }).id).not.toBe(trailBusEvent(event).id);
  });
});
