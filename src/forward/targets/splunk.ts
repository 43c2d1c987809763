import { randomUUID } from 'node:crypto';
import { excerpt, type Post } from '../post.ts';
import { ALL_IN, type SendOutcome } from '../target.ts';
import { withPath } from './datadog.ts';
import { type HttpIntake, joined } from './http-target.ts';
import type { TargetSettings } from './settings.ts';

const ACK_EVERY = 1_000;
/** Splunk's forwarders wait five minutes; after that it may be lost. */
const ACK_PATIENCE = 300_000;

/**
 * Splunk's HTTP Event Collector. With acknowledgement an event counts as in when the indexers say so.
 * https://docs.splunk.com/Documentation/Splunk/latest/Data/HECExamples and …/AboutHECIDXAck
 */
export function splunk(
  { url, secret, index, gzip, acknowledge, form, tags }: TargetSettings,
  post: Post,
  sleep: (milliseconds: number) => Promise<void>,
): HttpIntake {
  const channel = randomUUID();
  const headers = {
    'content-type': 'application/json',
    authorization: `Splunk ${secret}`,
    ...(acknowledge && { 'x-splunk-request-channel': channel }),
  };
  const address = withPath(url, '/services/collector/event');
  return {
    url: address,
    headers,
    gzip,
    maxItems: 1000,
    maxBytes: 1_000_000,
    maxItemBytes: 1_000_000,
    encode(event) {
      const known = {
        time: Number((event.time / 1000).toFixed(3)),
        host: event.account,
        source: event.file === '' ? 'opentrail' : event.file,
        sourcetype: 'aws:cloudtrail',
        ...(index !== undefined && { index }),
        fields: {
          event_id: event.id,
          tags: [...event.tags.map((tag) => tag.replace(/^#/, '')), ...tags],
          ...(event.priority !== '' && { priority: event.priority }),
          ...(event.repo !== '' && { repo: event.repo }),
        },
      };
      return Buffer.from(`${JSON.stringify(known).slice(0, -1)},"event":${form(event)}}`);
    },
    join: (items) => joined(items, '\n'),
    async read(answer, items) {
      const body = asObject(answer.body);
      if (answer.status === 400) {
        const at = body['invalid-event-number'];
        if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at >= items.length) return undefined;
        // Those before it are in; those after it were not looked at.
        const again = items.map((_, index) => index).filter((index) => index > at);
        return {
          kind: 'answered',
          again,
          refused: [{ index: at, reason: `refused: ${excerpt(answer.body)}` }],
        };
      }
      if (answer.status !== 200 || !acknowledge) return undefined;
      if (typeof body.ackId !== 'number')
        return { kind: 'again', reason: 'no ackId came; is acknowledgement enabled for the token?' };
      return await waitForAck(body.ackId);
    },
  };

  async function waitForAck(id: number): Promise<SendOutcome> {
    const question = new URL(address);
    question.pathname = question.pathname.replace(/\/event$/, '/ack');
    for (let waited = 0; waited < ACK_PATIENCE; waited += ACK_EVERY) {
      const answer = await post(question.toString(), headers, Buffer.from(JSON.stringify({ acks: [id] })));
      const { acks } = asObject(answer.body) as { acks?: Record<string, unknown> };
      if (answer.status === 200 && acks?.[String(id)] === true) return ALL_IN;
      await sleep(ACK_EVERY);
    }
    return { kind: 'again', reason: `no acknowledgement within ${ACK_PATIENCE} ms` };
  }
}

function asObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
