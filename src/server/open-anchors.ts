import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { type Anchors, createAnchors, type KeyRing, openAnchorPlace } from '../digest/index.ts';
import { createS3ObjectStore, type ObjectStore } from '../objects/index.ts';

/** Opens the places of `anchors`. Another S3 is reached with the SDK's own credentials, not with this server's. */
export function openAnchors(
  config: Config,
  { keys, now, log }: { readonly keys: KeyRing; readonly now: () => number; readonly log: Logger },
): Anchors {
  const stores = new Map<string, ObjectStore>();
  const storeOf = (place: URL): ObjectStore => {
    const known = stores.get(place.href);
    if (known) return known;
    const endpoint = place.searchParams.get('endpoint');
    const store = createS3ObjectStore({
      region: place.searchParams.get('region') ?? config.region,
      ...(endpoint !== null && { endpoint }),
    });
    stores.set(place.href, store);
    return store;
  };
  const anchors = createAnchors({
    places: config.anchors.map((place) =>
      openAnchorPlace(place, async (url, key, body) => {
        await storeOf(url).put(url.hostname, key, body, { contentType: 'application/json' });
      }),
    ),
    keys,
    now,
    onError: (what, error) => log.warn({ err: error }, what),
  });
  return {
    ...anchors,
    async close() {
      await anchors.close();
      for (const store of stores.values()) await store.close();
    },
  };
}
