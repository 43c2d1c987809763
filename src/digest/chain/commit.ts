import {
  type Chain,
  type DigestLink,
  type DigestSession,
  type DigestStage,
  type DigestState,
  isOf,
  type StagedDigest,
} from './digest-state.ts';

/** A staged digest that now stands in its bucket. */
export interface DeliveredDigest {
  readonly member: StagedDigest;
  readonly link: DigestLink;
}

/**
 * The state after some of the staged digests were delivered: heads moved, listed files let go, and when none is left
 * of the stage, the window behind us. Nothing else ever moves a head.
 */
export function afterDelivery(
  state: DigestState,
  stage: DigestStage,
  delivered: readonly DeliveredDigest[],
): DigestState {
  const [session, ...later] = state.sessions;
  if (!session) throw new Error('digest: a stage without its session; run fsck');
  const chains = session.chains.map((chain) => {
    const mine = delivered.find(({ member }) => isOf(chain)(member));
    return mine ? moved(chain, stage, mine) : chain;
  });
  const members = stage.members.filter((member) => !delivered.some((done) => done.member === member));
  const counted = { ...state, delivered: state.delivered + delivered.length };
  const behind = { ...session, chains };
  if (members.length > 0) {
    return { ...counted, sessions: [behind, ...later], stage: { ...stage, members } };
  }
  const { stage: _done, ...rest } = counted;
  if (stage.kind === 'final') return { ...rest, sessions: later, lastEnd: stage.end };
  const next: DigestSession = stage.kind === 'first' ? behind : { ...behind, from: stage.end };
  return { ...rest, sessions: [next, ...later] };
}

function moved(chain: Chain, { kind, end }: DigestStage, { member, link }: DeliveredDigest): Chain {
  return {
    ...chain,
    end,
    ...(kind === 'backfill' ? { backfillHead: link } : { head: link }),
    files: chain.files.slice(member.files),
  };
}

/** How many of a chain's files a digest that ends at `end` lists. */
export function filesUntil(chain: Chain, kind: DigestStage['kind'], end: number): number {
  if (kind === 'first') return 0;
  if (kind === 'final') return chain.files.length;
  const after = chain.files.findIndex(({ at }) => at >= end);
  return after < 0 ? chain.files.length : after;
}
