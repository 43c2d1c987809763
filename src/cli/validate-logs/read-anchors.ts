import { readFile } from 'node:fs/promises';
import {
  type Anchor,
  anchorOf,
  type ChainName,
  isTrueAnchor,
  type PublicKeySource,
  readAnchors,
} from '../../digest/verify/index.ts';
import { CliError } from '../context.ts';

const DAY = 86_400_000;
const TIMEOUT = 30_000;

/**
 * The anchors of a chain out of a file or from an address: what somebody else kept. Each must be signed by a key that
 * CloudTrail published for its time; the newest says how far the chain must reach at least.
 * @throws CliError with exit code 255.
 */
export async function loadAnchors(
  place: string,
  of: { readonly arn: string; readonly chain: ChainName; readonly keys: PublicKeySource },
): Promise<Anchor[]> {
  const { arn, chain, keys } = of;
  let all: ReturnType<typeof readAnchors>;
  try {
    all = readAnchors(await read(place));
  } catch (cause) {
    throw refuse(`cannot read anchors from ${place}: ${(cause as Error).message}`, cause);
  }
  const mine = all.filter(
    ({ trail, account, region }) =>
      trail === arn && account === chain.account && region === chain.sourceRegion,
  );
  if (mine.length === 0) throw refuse(`${place} holds no anchor of ${arn} in ${chain.sourceRegion}`);
  for (const anchor of mine) {
    const time = Date.parse(anchor.time);
    if (!isTrueAnchor(anchor, await keys.keysBetween(time - DAY, time + DAY))) {
      throw refuse(
        `the anchor of ${anchor.digestEnd} in ${place} is not signed by a key of the trail's Region`,
      );
    }
  }
  return mine.map(anchorOf);
}

async function read(place: string): Promise<string> {
  if (!/^https?:\/\//.test(place)) return readFile(place, 'utf8');
  const answer = await fetch(place, { signal: AbortSignal.timeout(TIMEOUT) });
  if (!answer.ok) throw new Error(`the answer was ${answer.status}`);
  return answer.text();
}

function refuse(message: string, cause?: unknown): CliError {
  return new CliError(message, { exitCode: 255, cause });
}
