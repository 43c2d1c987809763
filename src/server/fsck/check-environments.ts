import { join } from 'node:path';
import { findDamage } from '../../lmdb/index.ts';
import type { FsckFinding, Tell } from './finding.ts';

/** Folders with an LMDB environment each, below the data directory. */
const ENVIRONMENTS = {
  state: 'state',
  journal: 'journal',
  'journal/seen': 'journal',
  'objects/index': 'objects',
  logs: 'logs',
  cloudwatch: 'cloudwatch',
  queues: 'queues',
  'event-bus': 'event-bus',
  collected: 'collected',
} as const satisfies Record<string, FsckFinding['area']>;

/** A room whose data cannot be read: nothing more is asked of it. */
export type DamagedArea = (typeof ENVIRONMENTS)[keyof typeof ENVIRONMENTS];

/** Can every page be read? Answers where not. */
export async function checkEnvironments(path: string, tell: Tell): Promise<ReadonlySet<string>> {
  const damage = await findDamage(Object.keys(ENVIRONMENTS).map((folder) => join(path, folder)));
  const areas = new Set<string>();
  for (const [folder, area] of Object.entries(ENVIRONMENTS)) {
    const problem = damage.get(join(path, folder));
    if (problem === undefined) continue;
    areas.add(area);
    tell({
      area,
      code: `${area}-damaged`,
      severity: 'error',
      message: `${folder}/data.mdb is damaged: ${problem}`,
      repair: `do not start the server; restore ${folder}/ from a backup (opentrail restore)`,
    });
  }
  return areas;
}
