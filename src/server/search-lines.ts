import type { FoundRecord } from '../repos/index.ts';
import { CLOUDTRAIL_TAG } from '../sources/route/index.ts';
import { HttpError } from './http-error.ts';
import type { HouseViews } from './views.ts';

/**
 * How a found event is written: with its record's own text, or with the view of this name in its place, null where the
 * repository does not keep the text. @throws HttpError 400, 503
 */
export function recordWriter(
  view: string | undefined,
  views: HouseViews | undefined,
): (found: FoundRecord) => string {
  if (view === undefined) return (found) => JSON.stringify({ ...knownOf(found), record: found.raw });
  if (!views) throw new HttpError(503, 'ServiceUnavailable', 'the server is starting');
  if (!views.has(view)) {
    const message = `there is no view ${JSON.stringify(view.slice(0, 80))}; there are ${views.names().join(', ')}`;
    throw new HttpError(400, 'InvalidRequest', message);
  }
  return (found) => JSON.stringify({ ...knownOf(found), view: viewOf(found, view, views) });
}

function knownOf({ raw: _raw, enrichment, id, name, from, arrived, ...rest }: FoundRecord) {
  return {
    ...{ ...rest, eventId: id, eventName: name, logSource: from, arrivedAt: arrived },
    ...(enrichment.size > 0 && { enrichment: Object.fromEntries(enrichment) }),
  };
}

/** Undefined for what is no JSON: one damaged record must not end an answer. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same view as a forward sends of the record. */
function viewOf(found: FoundRecord, name: string, views: HouseViews): unknown {
  const { raw, enrichment, arrived, tags, priority, repo, rule, from } = found;
  if (raw === '') return null;
  const view = views.find(name, from);
  if (!view) return null;
  return view(parse(raw), {
    ...{ arrivedAt: arrived, raw, repo },
    enriched: new Map([...enrichment].map(([field, value]) => [`enrich.${field}`, value])),
    // Repositories keep tags without their sign.
    tags: tags.map((tag) => (`#${tag}` === CLOUDTRAIL_TAG ? CLOUDTRAIL_TAG : tag)),
    ...(priority !== '' && { priority }),
    ...(rule !== '' && { rule }),
  });
}
