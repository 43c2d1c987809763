import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type InspectedCloudWatch, inspectCloudWatch } from '../../cloudwatch/index.ts';
import { type InspectedEventBus, inspectEventBus } from '../../event-bus/index.ts';
import type { Disagreement, TellDisagreement } from '../../lmdb/index.ts';
import { type InspectedLogs, inspectLogs } from '../../logs/index.ts';
import { type InspectedQueues, inspectQueues } from '../../queues/index.ts';
import { type CheckedCollection, inspectCollected } from '../../sources/collect/index.ts';
import type { FsckFinding, Tell } from './finding.ts';

/** What the rooms with tables of their own hold; absent where nothing was kept yet, or what is kept is damaged. */
export interface CheckedTables {
  readonly logs?: InspectedLogs | undefined;
  readonly cloudwatch?: InspectedCloudWatch | undefined;
  readonly queues?: InspectedQueues | undefined;
  readonly 'event-bus'?: InspectedEventBus | undefined;
  readonly collected?: CheckedCollection | undefined;
}

const CHECKS = {
  logs: inspectLogs,
  cloudwatch: inspectCloudWatch,
  queues: inspectQueues,
  'event-bus': inspectEventBus,
  collected: inspectCollected,
} as const satisfies { [Area in keyof CheckedTables]: unknown };

/** Does what these rooms keep agree with itself? `damaged`: names of folders that cannot be read. */
export async function checkTables(
  path: string,
  damaged: ReadonlySet<string>,
  tell: Tell,
): Promise<CheckedTables> {
  const found = new Map<string, unknown>();
  for (const [area, inspect] of Object.entries(CHECKS)) {
    const folder = join(path, area);
    if (damaged.has(area) || !existsSync(join(folder, 'data.mdb'))) continue;
    found.set(area, await inspect(folder, tellAs(area as keyof CheckedTables, tell)));
  }
  return Object.fromEntries(found) as CheckedTables;
}

/** A room's words as findings. */
function tellAs(area: FsckFinding['area'], tell: Tell): TellDisagreement {
  return (kind, message) =>
    tell({ area, code: `${area}-${kind}`, severity: 'error', message, repair: repairOf(area, kind) });
}

function repairOf(folder: string, kind: Disagreement): string {
  const restore = `restore ${folder}/ from a backup (opentrail restore)`;
  switch (kind) {
    case 'number':
      return `${restore}; what is new would take the place of what is there`;
    case 'sum':
      return `${restore}; nothing is lost, but limits are reckoned with the wrong sum`;
    default:
      return restore;
  }
}
