import type { PublicKey } from '../../digest/verify/index.ts';
import { type Credentials, signRequest } from '../../signer/index.ts';
import { CheckFailure } from '../failure.ts';
import { firstLine } from '../http/connection-words.ts';
import type { HttpAnswer, HttpClient } from '../http/http-client.ts';
import { ATTEMPTS, FIRST_PAUSE, isPassing } from '../http/retries.ts';
import { readEventPage, readPublicKeyPage, readTrailStatus, readTrails } from './read-answer.ts';
import type { TrailDescription, TrailSource, TrailStatus, Window } from './trail-source.ts';

/** Where the API is and as whom to call it. */
export interface ApiAccess {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: Credentials;
}

/** CloudTrail's API over HTTP, protocol awsJson1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). */
export class ApiSource implements TrailSource {
  readonly #client: HttpClient;
  readonly #access: ApiAccess;
  readonly #now: () => number;

  constructor(client: HttpClient, access: ApiAccess, now: () => number) {
    this.#client = client;
    this.#access = access;
    this.#now = now;
  }

  async trailStatus(name: string): Promise<TrailStatus> {
    return readTrailStatus(await this.#call('GetTrailStatus', { Name: name }));
  }

  async trails(): Promise<readonly TrailDescription[]> {
    return readTrails(await this.#call('DescribeTrails', { includeShadowTrails: false }));
  }

  async trail(nameOrArn: string): Promise<TrailDescription | undefined> {
    return readTrails(await this.#call('DescribeTrails', { trailNameList: [nameOrArn] }))[0];
  }

  async publicKeys(window: Window): Promise<readonly PublicKey[]> {
    const keys: PublicKey[] = [];
    for await (const page of this.#pages('ListPublicKeys', window, readPublicKeyPage))
      keys.push(...page.keys);
    return keys;
  }

  async *events(window: Window | undefined): AsyncIterable<readonly string[]> {
    for await (const page of this.#pages('LookupEvents', window, readEventPage)) yield page.events;
  }

  async *#pages<Page extends { readonly nextToken: string | undefined }>(
    operation: string,
    window: Window | undefined,
    read: (answer: unknown) => Page,
  ): AsyncIterable<Page> {
    const times = window === undefined ? {} : { StartTime: window.start, EndTime: window.end };
    const seen = new Set<string>();
    for (let token: string | undefined; ; ) {
      const question = { ...times, ...(token !== undefined && { NextToken: token }) };
      const page = read(await this.#call(operation, question));
      yield page;
      token = page.nextToken;
      if (token === undefined) return;
      // A server that hands out the same page for ever would keep us until the time-out.
      if (seen.has(token))
        throw new CheckFailure(`error: ${operation} answers with the same NextToken again`);
      seen.add(token);
    }
  }

  async #call(operation: string, question: unknown): Promise<unknown> {
    for (let attempt = 1, pause = FIRST_PAUSE; ; attempt++, pause *= 2) {
      const answer = await this.#send(operation, JSON.stringify(question));
      if (answer.status === 200) return parse(answer, this.#access.endpoint);
      const refusal = readRefusal(answer);
      if (attempt === ATTEMPTS || !(isPassing(answer.status) || isThrottled(refusal.code))) {
        throw new CheckFailure(`error: ${firstLine(refusal.message)}`);
      }
      await this.#client.deadline.sleep(pause);
    }
  }

  #send(operation: string, body: string): Promise<HttpAnswer> {
    const { endpoint: url, region, credentials } = this.#access;
    const headers = signRequest({
      method: 'POST',
      url,
      body,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`,
      },
      credentials,
      region,
      service: 'cloudtrail',
      now: this.#now(),
    });
    return this.#client.send('POST', url, headers, body);
  }
}

function parse(answer: HttpAnswer, endpoint: URL): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw new CheckFailure(`error: ${endpoint.host} did not answer JSON; is it a CloudTrail endpoint?`);
  }
}

/** The API says so with status 400. */
function isThrottled(code: string): boolean {
  return /Throttl|TooManyRequests|RequestLimitExceeded/.test(code);
}

function readRefusal(answer: HttpAnswer): { readonly code: string; readonly message: string } {
  try {
    const fields = JSON.parse(answer.text) as Record<string, unknown>;
    const code = String(fields.__type ?? fields.code ?? '').replace(/^.*#/, '');
    const message = fields.message ?? fields.Message;
    if (typeof message === 'string' && message !== '') return { code, message };
    if (code !== '') return { code, message: code };
  } catch {
    // Not JSON: a proxy's page, or something else that is no CloudTrail.
  }
  return { code: '', message: `HTTP ${answer.status} without an explanation` };
}
