import type { Outgoing } from '../outgoing.ts';
import { type HttpIntake, joined } from './http-target.ts';
import type { TargetSettings } from './settings.ts';

/** As the Datadog integration for CloudTrail names its events. */
const SOURCE = 'cloudtrail';

/**
 * Datadog's logs intake: at most 1000 logs and 5 MB at once, 1 MB each.
 * https://docs.datadoghq.com/api/latest/logs/#send-logs
 */
export function datadogLogs({ url, secret, tags, gzip, form }: TargetSettings): HttpIntake {
  return {
    url: withPath(url, '/api/v2/logs'),
    headers: { 'content-type': 'application/json', 'dd-api-key': secret },
    gzip,
    maxItems: 1000,
    maxBytes: 4_900_000,
    maxItemBytes: 990_000,
    encode: (event) =>
      Buffer.from(
        JSON.stringify({
          ddsource: SOURCE,
          ddtags: tagsOf(event, tags).join(','),
          service: serviceOf(event),
          hostname: event.account,
          timestamp: event.time,
          event_id: event.id,
          message: form(event),
        }),
      ),
    join: (items) => joined(items, ',', '[', ']'),
  };
}

/**
 * Datadog's events intake, one event a request, as its integration makes them: tag `cloudtrail`, the priority that
 * routing gave. https://docs.datadoghq.com/api/v1/events/#post-an-event
 */
export function datadogEvents({ url, secret, tags }: TargetSettings): HttpIntake {
  return {
    url: withPath(url, '/api/v1/events'),
    headers: { 'content-type': 'application/json', 'dd-api-key': secret },
    gzip: false,
    maxItems: 1,
    maxBytes: 100_000,
    maxItemBytes: 100_000,
    encode: (event) =>
      Buffer.from(
        JSON.stringify({
          title: cut(`${event.name || 'event'} (${serviceOf(event)})`, 500),
          text: cut(textOf(event), 4000),
          date_happened: Math.floor(event.time / 1000),
          priority: event.priority === 'low' ? 'low' : 'normal',
          alert_type: event.error === '' ? 'info' : 'error',
          source_type_name: SOURCE,
          aggregation_key: cut(event.id, 100),
          tags: tagsOf(event, tags),
        }),
      ),
    join: (items) => joined(items, ''),
  };
}

function textOf(event: Outgoing): string {
  const lines = [
    `event ${event.id} at ${new Date(event.time).toISOString()}`,
    `account ${event.account}, Region ${event.region}`,
    ...(event.error === '' ? [] : [`error ${event.error}`]),
    event.raw,
  ];
  return lines.join('\n');
}

function tagsOf(event: Outgoing, more: readonly string[]): readonly string[] {
  const own = event.tags.map((tag) => tag.replace(/^#/, ''));
  const known = [
    ['account', event.account],
    ['region', event.region],
    ['event_source', serviceOf(event)],
    ['event_name', event.name],
    ['error_code', event.error],
    ['repo', event.repo],
    ['priority', event.priority],
  ].flatMap(([name, value]) => (value ? [`${name}:${value}`] : []));
  // A comma would end a tag.
  return [...new Set([SOURCE, ...own, ...known, ...more])].map((tag) => cut(tag.replaceAll(',', '_'), 200));
}

function serviceOf({ source }: Outgoing): string {
  return source.replace(/\.amazonaws\.com(?:\.cn)?$/, '');
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** An address without a path gets the intake's own. */
export function withPath(url: string, path: string): string {
  const address = new URL(url);
  if (address.pathname === '/' || address.pathname === '') address.pathname = path;
  return address.toString();
}
