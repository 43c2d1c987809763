import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { defineService } from '../../define-service.ts';
import { headOnly } from '../../front-door.fixture.ts';
import { openRequest } from '../../wire-request.ts';
import { s3Address } from './address.ts';
import { createRoutes } from './routes.ts';

const { operations } = defineService({
  client: s3,
  handlers: {},
  signingNames: ['s3'],
  protocol: 'restXml',
  iamPrefix: 's3',
  eventSource: 's3.amazonaws.com',
  errors: new Map(),
});
const find = createRoutes(operations);

describe('an S3 request', () => {
  it.each<[string, string, string | undefined, Record<string, string>?]>([
    ['GET', '/', 'ListBuckets'],
    ['GET', '/?x-id=ListBuckets', 'ListBuckets'],
    ['GET', '/b', 'ListObjects'],
    ['GET', '/b/', 'ListObjects'],
    ['GET', '/b?list-type=2&prefix=x', 'ListObjectsV2'],
    ['GET', '/b?versions', 'ListObjectVersions'],
    ['GET', '/b?uploads', 'ListMultipartUploads'],
    ['GET', '/b?location', 'GetBucketLocation'],
    ['GET', '/b?policy', 'GetBucketPolicy'],
    ['GET', '/b?policyStatus', 'GetBucketPolicyStatus'],
    ['GET', '/b?acl=', 'GetBucketAcl'],
    ['GET', '/b?object-lock', 'GetObjectLockConfiguration'],
    ['GET', '/b?analytics', 'ListBucketAnalyticsConfigurations'],
    ['GET', '/b?analytics&id=1', 'GetBucketAnalyticsConfiguration'],
    ['PUT', '/b', 'CreateBucket'],
    ['PUT', '/b?policy', 'PutBucketPolicy'],
    ['PUT', '/b?tagging', 'PutBucketTagging'],
    ['DELETE', '/b', 'DeleteBucket'],
    ['DELETE', '/b?policy', 'DeleteBucketPolicy'],
    ['POST', '/b?delete', 'DeleteObjects'],
    ['POST', '/b', undefined],
    ['HEAD', '/b', 'HeadBucket'],
    ['HEAD', '/b/k', 'HeadObject'],
    ['GET', '/b/k', 'GetObject'],
    ['GET', '/b/k?x-id=GetObject', 'GetObject'],
    ['GET', '/b/k?versionId=1', 'GetObject'],
    ['GET', '/b/k?acl', 'GetObjectAcl'],
    ['GET', '/b/k?tagging', 'GetObjectTagging'],
    ['GET', '/b/k?attributes', 'GetObjectAttributes'],
    ['GET', '/b/k?uploadId=u', 'ListParts'],
    ['PUT', '/b/k', 'PutObject'],
    ['PUT', '/b/k?x-id=PutObject', 'PutObject'],
    ['PUT', '/b/k', 'CopyObject', { 'x-amz-copy-source': 'b/z' }],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPartCopy', { 'x-amz-copy-source': 'b/z' }],
    ['POST', '/b/k?uploads', 'CreateMultipartUpload'],
    ['POST', '/b/k?uploadId=u', 'CompleteMultipartUpload'],
    ['DELETE', '/b/k', 'DeleteObject'],
    ['DELETE', '/b/k?uploadId=u', 'AbortMultipartUpload'],
    ['DELETE', '/b/k?tagging', 'DeleteObjectTagging'],
    ['PATCH', '/b/k', undefined],
  ])('%s %s is %s', (method, url, name, headers = {}) => {
    const wire = openRequest(headOnly(method, url, { host: 'localhost', ...headers }));
    expect(find(method, s3Address(wire, []), (header) => wire.headers.has(header))).toBe(name);
  });
});

describe('bucket and key', () => {
  it.each<[string, string, string | undefined, string | undefined]>([
    ['localhost:9000', '/b/k', 'b', 'k'],
    ['127.0.0.1:9000', '/b//k/../x', 'b', '/k/../x'],
    ['localhost', '/b/a%20b%2Fc+d', 'b', 'a b/c+d'],
    ['localhost', '/', undefined, undefined],
    ['b.localhost:9000', '/k', 'b', 'k'],
    ['a.b.localhost', '/', 'a.b', undefined],
    ['s3.localhost', '/b/k', 'b', 'k'],
    ['b.s3.localhost', '/k', 'b', 'k'],
    ['b.s3.amazonaws.com', '/k', 'b', 'k'],
    ['b.s3.eu-west-1.amazonaws.com', '/', 'b', undefined],
    ['b.s3-eu-west-1.amazonaws.com', '/', 'b', undefined],
    ['s3.eu-west-1.amazonaws.com', '/b', 'b', undefined],
    ['b.trail.example.org', '/k', 'b', 'k'],
    ['trail.example.org', '/b/k', 'b', 'k'],
    ['localhost', '/health', 'health', undefined],
  ])('of %s%s', (host, url, bucket, key) => {
    const wire = openRequest(headOnly('GET', url, { host }));
    expect(s3Address(wire, ['trail.example.org'])).toMatchObject({ bucket, key });
  });

  it.each(['/b/%zz', '/b/%ff', '/b?%ff'])('of %s are refused', (url) => {
    const wire = openRequest(headOnly('GET', url, { host: 'localhost' }));
    expect(() => s3Address(wire, [])).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });
});
