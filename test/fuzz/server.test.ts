import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from '../clients/server.ts';
import { apiOf, makeTrail } from '../fault/house-keeping.ts';
import { eventLine } from '../fault/load.ts';
import { services } from '../reference/services.ts';
import { chunkedBody } from './requests/chunked.ts';
import { cloudTrailCall, selectorsOfAllShapes } from './requests/cloudtrail.ts';
import { eventsBody } from './requests/events.ts';
import { queryCall } from './requests/query.ts';
import { ownQuestion } from './requests/questions.ts';
import { s3Call } from './requests/s3.ts';
import { signatureChange, wronglySigned } from './requests/signatures.ts';
import { FUZZ_TIMEOUT, fuzz } from './run.ts';
import { type ErrorForm, expectProper, sendWire, signWire, statuses } from './wire.ts';

/** One server takes all of it: what one fuzzer leaves behind is the next one's ground. */
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ flags: ['--log-level', 'error', '--allow-private-subscribers'] });
  await makeTrail(server, 'fuzz-bucket', 'fuzz');
  await makeTrail(server, 'kept-bucket', 'kept');
}, 60_000);
afterAll(() => server?.dispose());

/** After each: it was asked, it is still there and takes events. */
afterEach(async () => {
  const counts = [...statuses].toSorted(([a], [b]) => String(a).localeCompare(String(b)));
  console.log(`answers: ${counts.map(([status, count]) => `${status} ${count}×`).join(', ')}`);
  const unanswered = statuses.get('none') ?? 0;
  expect(unanswered, 'requests that never were').toBeLessThan(
    counts.reduce((sum, [, count]) => sum + count, 0) / 2,
  );
  statuses.clear();
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  const id = `after-${Date.now()}`;
  const answer = await apiOf(server).post('/v1/events', eventLine(id));
  expect(await answer.json()).toMatchObject({ accepted: 1 });
}, 60_000);

async function signAndSend(
  service: string,
  request: Parameters<typeof signWire>[2],
  form: ErrorForm,
  sent: unknown,
) {
  const signed = await signWire(server, service, request);
  if (signed) expectProper(await sendWire(server, signed), form, sent);
}

/** Operations with a handler, by protocol. */
const built = services.map((service) => ({
  service,
  names: [...service.operations].flatMap(([name, { handler }]) => (handler ? [name] : [])),
}));
describe('signatures', () => {
  it('unsigned, half-signed and wrongly signed requests are refused in order', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    await fuzz('signatures', wronglySigned, async ({ path, query, ...rest }) => {
      const asked = query.map(([name, value]) => `${name}=${value}`).join('&');
      const wire = { ...rest, path: `${path || '/'}${asked === '' ? '' : `?${asked}`}` };
      expectProper(await sendWire(server, wire), 'any', wire);
    });
  });

  it('a good signature with one byte changed never passes', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz('changed signatures', signatureChange, async ([name, at, byte]) => {
      const signed = await signWire(server, 'sts', {
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
      });
      const value = [...signed!.headers[name]!];
      const index = at % value.length;
      const before = value[index]!;
      value[index] = String.fromCharCode(byte);
      if (before.toLowerCase() === value[index]!.toLowerCase() || before === ' ' || before === ',') return;
      const changed = { ...signed!, headers: { ...signed!.headers, [name]: value.join('') } };
      const answer = await sendWire(server, changed);
      expectProper(answer, 'any', changed);
      expect(
        answer === undefined || answer.status >= 400,
        `${name}[${index}] ${before} → ${value[index]}`,
      ).toBe(true);
    });
  });
});

describe('operations', () => {
  it('of cloudtrail take random shapes', { timeout: FUZZ_TIMEOUT * 2 }, async () => {
    const names = built.find(({ service }) => service.signingNames.includes('cloudtrail'))!.names;
    expect(names.length).toBeGreaterThan(15);
    await fuzz('cloudtrail', cloudTrailCall(names), async ([name, body]) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${name}`,
      };
      await signAndSend('cloudtrail', { method: 'POST', path: '/', headers, body }, 'json', [
        name,
        body.toString(),
      ]);
    });
  });

  it('selectors of all shapes are taken or refused', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz('selectors', selectorsOfAllShapes, async (value) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'CloudTrail_20131101.PutEventSelectors',
      };
      await signAndSend(
        'cloudtrail',
        { method: 'POST', path: '/', headers, body: JSON.stringify(value) },
        'json',
        value,
      );
    });
  });

  it('of sns, iam and sts take random forms', { timeout: FUZZ_TIMEOUT }, async () => {
    const query = built.filter(({ service }) => service.protocol === 'awsQuery');
    expect(query.length).toBe(3);
    await fuzz('query', queryCall(query), async ({ service, version, action, parameters, bend }) => {
      const form = new URLSearchParams([
        ['Action', action],
        ['Version', version ?? ''],
        ...parameters.map(([name, value]): [string, string] => [name, value]),
      ]);
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      const body = `${form}${bend ?? ''}`;
      await signAndSend(service, { method: 'POST', path: '/', headers, body }, 'query', [service, body]);
    });
  });
});

describe('s3', () => {
  it('takes random documents on every path', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz('s3', s3Call, async ({ method, path, query, headers, body }) => {
      const sent = [method, path, query, headers, body.toString()];
      const withoutBody = method === 'GET' || method === 'HEAD';
      await signAndSend('s3', { method, path, query, headers, body: withoutBody ? '' : body }, 's3', sent);
    });
  });

  it('takes random chunked bodies', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz('chunked', chunkedBody, async ({ chunks, kind, decoded, trailer }) => {
      const headers = {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': kind,
        ...(decoded !== null && { 'x-amz-decoded-content-length': decoded }),
        ...(trailer !== null && { 'x-amz-trailer': trailer }),
      };
      await signAndSend(
        's3',
        { method: 'PUT', path: '/fuzz-bucket/chunked', headers, body: chunks.join('') },
        's3',
        [headers, chunks],
      );
    });
  });
});

describe('the own paths', () => {
  it('events of random bytes, gzip or not, get an outcome or a refusal', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    await fuzz('events', eventsBody, async ({ body, gzip }) => {
      const bytes =
        gzip === 'yes'
          ? gzipSync(body)
          : gzip === 'cut'
            ? gzipSync(body).subarray(0, -3)
            : gzip === 'twice'
              ? Buffer.concat([gzipSync(body), gzipSync(body)])
              : body;
      const headers: Record<string, string> =
        gzip === 'no' ? {} : { 'content-encoding': gzip === 'br' ? 'br' : 'gzip' };
      await signAndSend('opentrail', { method: 'POST', path: '/v1/events', headers, body: bytes }, 'own', [
        gzip,
        body.toString(),
      ]);
    });
    // Whatever was accepted can be delivered and found.
    const { trails } = await apiOf(server).call<{ trails: { trail: string; error?: string }[] }>(
      '/v1/flush',
      {},
    );
    const kept = trails.filter(({ trail }) => trail.endsWith(':trail/kept'));
    expect(kept.map(({ error }) => error)).toEqual([undefined]);
  });

  it('questions of random shapes get an answer or a refusal', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz('questions', ownQuestion, async ({ path, body }) => {
      await signAndSend('opentrail', { method: 'POST', path, headers: {}, body }, 'own', [
        path,
        body.toString(),
      ]);
    });
  });
});
