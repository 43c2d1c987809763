import type { Repos } from '../../repos/index.ts';
import type { CheckedCollection, CollectedSample } from '../../sources/collect/index.ts';
import type { Tell } from './finding.ts';

const DAY = 86_400_000;
/** Records of the edge of a retention may be gone for good reasons. */
const EDGE = 2 * DAY;

/** Are collected records that the log still holds, and that went into their repository, found in it? */
export async function checkRepos(
  { readers, samples }: Pick<CheckedCollection, 'readers' | 'samples'>,
  repos: Pick<Repos, 'names' | 'missing'>,
  now: number,
  tell: Tell,
): Promise<number> {
  const at = Math.min(...readers.map((reader) => reader.at));
  let looked = 0;
  // A repository that was dropped has lost its records on purpose.
  for (const { name, retentionDays } of repos.names()) {
    const edge = now - retentionDays * DAY + EDGE;
    const wanted = samples.filter(({ repo, seq, time }) => repo === name && seq < at && time > edge);
    looked += wanted.length;
    const [first, ...more] = await repos.missing(name, wanted);
    if (first) tell(lost(name, first, more.length, wanted.length));
  }
  return looked;
}

function lost(repo: string, { seq, eventId }: CollectedSample, more: number, looked: number) {
  return {
    area: 'repos',
    code: 'repo-missing',
    severity: 'error',
    message: `the collected record ${seq} (${eventId}) went into the repository ${repo} and is not found in it${more > 0 ? `, nor are ${more} others of ${looked} that were looked up` : ''}`,
    repair:
      'restore store/ and collected/ from the same backup (opentrail restore); or collect their files again into a new source (opentrail sources)',
  } as const;
}
