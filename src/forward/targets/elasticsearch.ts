import { excerpt } from '../post.ts';
import { withPath } from './datadog.ts';
import { type HttpIntake, joined } from './http-target.ts';
import { credentialsOf } from './plain-http.ts';
import type { TargetSettings } from './settings.ts';

/**
 * Elasticsearch's and OpenSearch's bulk API. `create` with the record's id: what is there already is answered with a
 * conflict, which counts as in; data streams take it too.
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
export function elasticsearch(settings: TargetSettings): HttpIntake {
  const { url, index = 'opentrail', gzip, form } = settings;
  return {
    url: withPath(url, '/_bulk'),
    headers: { 'content-type': 'application/x-ndjson', ...credentialsOf(settings, 'ApiKey') },
    gzip,
    maxItems: 1000,
    maxBytes: 5_000_000,
    maxItemBytes: 5_000_000,
    encode(event) {
      const text = form(event);
      const time = JSON.stringify(new Date(event.time).toISOString());
      // Data streams need it; ECS has it already.
      const document =
        text.startsWith('{"@timestamp"') || text.length < 3 ? text : `{"@timestamp":${time},${text.slice(1)}`;
      return Buffer.from(`${JSON.stringify({ create: { _index: index, _id: event.id } })}\n${document}\n`);
    },
    join: (items) => joined(items, ''),
    read(answer, items) {
      if (answer.status !== 200) return undefined;
      const results = readResults(answer.body);
      if (results?.length !== items.length) {
        return { kind: 'again', reason: `the answer does not tell of each event: ${excerpt(answer.body)}` };
      }
      const again: number[] = [];
      const refused: { index: number; reason: string }[] = [];
      for (const [at, { status, reason }] of results.entries()) {
        if ((status >= 200 && status < 300) || status === 409) continue;
        if (status === 429 || status >= 500) again.push(at);
        else refused.push({ index: at, reason: `${status}: ${excerpt(reason)}` });
      }
      return { kind: 'answered', again, refused };
    },
  };
}

function readResults(
  text: string,
): readonly { readonly status: number; readonly reason: string }[] | undefined {
  try {
    const { items } = JSON.parse(text) as { items?: unknown };
    if (!Array.isArray(items)) return undefined;
    return items.map((item: unknown) => {
      const { create } = (item ?? {}) as { create?: { status?: unknown; error?: unknown } };
      const status = typeof create?.status === 'number' ? create.status : 500;
      return { status, reason: JSON.stringify(create?.error ?? '') };
    });
  } catch {
    return undefined;
  }
}
