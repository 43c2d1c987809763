import { backlog } from './backlog.ts';
import { checkTrailStatus } from './check-trail-status.ts';
import { countEvents } from './count-events.ts';
import { delivery } from './delivery.ts';
import { digest } from './digest.ts';
import { ingestion } from './ingestion.ts';
import { listTrails } from './list-trails.ts';
import type { Mode } from './mode.ts';
import { suspicious } from './suspicious.ts';

/** Every mode by its name. */
export const MODES: ReadonlyMap<string, Mode> = new Map(
  [backlog, checkTrailStatus, countEvents, delivery, digest, ingestion, listTrails, suspicious].map(
    (mode) => [mode.name, mode],
  ),
);
