import type { Destination } from './destination.ts';
import type { Outgoing } from './outgoing.ts';
import { type AddressRule, createPost } from './post.ts';
import type { Target } from './target.ts';
import { datadogEvents, datadogLogs } from './targets/datadog.ts';
import { elasticsearch } from './targets/elasticsearch.ts';
import { type HttpIntake, httpTarget } from './targets/http-target.ts';
import { loki } from './targets/loki.ts';
import { opentrail } from './targets/opentrail.ts';
import { plainHttp } from './targets/plain-http.ts';
import { s3 } from './targets/s3.ts';
import type { TargetSettings } from './targets/settings.ts';
import { splunk } from './targets/splunk.ts';
import { syslog } from './targets/syslog.ts';

/** What targets reach the world with. */
export interface World {
  readonly isAllowed: AddressRule;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The event in a form: one line of JSON. */
  readonly form: (event: Outgoing, form: Destination['form']) => string;
  readonly timeout?: number;
}

/** The target of a destination. */
export function makeTarget(destination: Destination, secret: string, world: World): Target {
  const { kind, url, tags, gzip, acknowledge, user, index, region, gather, ca } = destination;
  const settings: TargetSettings = {
    ...{ url, secret, tags, gzip, acknowledge },
    ...(user !== undefined && { user }),
    ...(index !== undefined && { index }),
    ...(region !== undefined && { region }),
    ...(gather !== undefined && { gather }),
    ...(ca !== undefined && { ca }),
    form: (event) => world.form(event, destination.form),
  };
  if (kind === 'syslog') return syslog(settings, world.isAllowed);
  const { post, close } = createPost({ ...world, ...(ca !== undefined && { ca }) });
  if (kind === 's3') {
    return { ...s3({ ...settings, isRaw: destination.form === 'raw' }, post, world.now), close };
  }
  const intake = (): HttpIntake => {
    switch (kind) {
      case 'datadog-logs':
        return datadogLogs(settings);
      case 'datadog-events':
        return datadogEvents(settings);
      case 'splunk':
        return splunk(settings, post, world.sleep);
      case 'elasticsearch':
        return elasticsearch(settings);
      case 'loki':
        return loki(settings);
      case 'http':
        return plainHttp(settings);
      case 'opentrail':
        return opentrail(settings);
    }
  };
  return { ...httpTarget(intake(), post), close };
}
