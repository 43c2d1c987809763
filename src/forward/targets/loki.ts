import { withPath } from './datadog.ts';
import type { HttpIntake } from './http-target.ts';
import { credentialsOf } from './plain-http.ts';
import type { TargetSettings } from './settings.ts';

/**
 * Grafana Loki's push API. Labels are few on purpose: account, Region and service; what differs with every event is
 * structured metadata. https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
 */
export function loki(settings: TargetSettings): HttpIntake {
  const more = settings.tags.flatMap((tag) => {
    const [name = '', ...value] = tag.split(':');
    return /^[A-Za-z_]\w*$/.test(name) && value.length > 0 ? [[name, value.join(':')] as const] : [];
  });
  return {
    url: withPath(settings.url, '/loki/api/v1/push'),
    headers: {
      'content-type': 'application/json',
      ...(settings.index !== undefined && { 'x-scope-orgid': settings.index }),
      ...credentialsOf(settings, 'Bearer'),
    },
    gzip: settings.gzip,
    maxItems: 1000,
    maxBytes: 3_000_000,
    maxItemBytes: 250_000,
    encode: (event) =>
      Buffer.from(
        JSON.stringify([
          `${BigInt(event.time) * 1_000_000n}`,
          settings.form(event),
          { event_id: event.id, event_name: event.name },
        ]),
      ),
    join(items) {
      const streams = new Map<string, { stream: Record<string, string>; values: Buffer[] }>();
      for (const { event, body } of items) {
        const stream = {
          job: 'cloudtrail',
          ...Object.fromEntries(more),
          ...(event.account !== '' && { account: event.account }),
          ...(event.region !== '' && { region: event.region }),
          ...(event.source !== '' && { source: event.source.replace(/\.amazonaws\.com$/, '') }),
        };
        const key = JSON.stringify(stream);
        const known = streams.get(key) ?? { stream, values: [] as Buffer[] };
        known.values.push(body);
        streams.set(key, known);
      }
      const parts = [...streams].map(
        ([key, { values }]) => `{"stream":${key},"values":[${values.join(',')}]}`,
      );
      return Buffer.from(`{"streams":[${parts.join(',')}]}`);
    },
  };
}
