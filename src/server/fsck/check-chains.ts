import { buffer } from 'node:stream/consumers';
import type { DeliveryState } from '../../delivery/index.ts';
import type { DigestKeyRecord } from '../../digest/index.ts';
import {
  addressOf,
  type BucketReader,
  createLogInspector,
  type ListedObject,
  NoPublicKeys,
  verifyChain,
} from '../../digest/verify/index.ts';
import type { InspectedObjects } from '../../objects/index.ts';
import type { Trail } from '../../trails/index.ts';
import { RESTORE_OBJECT, type Tell } from './finding.ts';

const DAY = 86_400_000;

/** Verifies the chains of a trail whose bucket is in the embedded store; answers how many digests were looked at. */
export async function checkChains(
  trail: Trail,
  delivery: DeliveryState,
  rooms: { readonly objects: InspectedObjects; readonly keys: readonly DigestKeyRecord[] },
  /** Milliseconds; `since` bounds how far back digests and log files are read. */
  range: { readonly since: number; readonly now: number },
  tell: Tell,
): Promise<number> {
  const { objects, keys } = rooms;
  let digests = 0;
  const chains = new Map(
    (delivery.digest?.sessions ?? [])
      .flatMap(({ chains: all }) => all)
      .flatMap((chain) => (chain.head ? [[`${chain.account} ${chain.region}`, chain] as const] : [])),
  );
  if (!objects.findBucket(trail.s3BucketName)) return 0;
  const reader = readerOf(objects);
  for (const { account, region } of chains.values()) {
    const named = `${trail.name}: ${account} in ${region}`;
    const told = (code: string, message: string) =>
      tell({
        area: 'digests',
        code,
        severity: 'error',
        message: `${named}: ${message}`,
        repair: `${RESTORE_OBJECT}; opentrail validate-logs tells what is affected`,
      });
    try {
      const verdict = await verifyChain(
        {
          chain: { account, trailName: trail.name, homeRegion: trail.homeRegion, sourceRegion: region },
          bucket: trail.s3BucketName,
          ...(trail.s3KeyPrefix && { prefix: trail.s3KeyPrefix }),
          ...{ start: range.since, end: range.now + DAY, now: range.now, reader },
          keys: { keysBetween: async () => keys.filter((key) => key.region === region).map(publicKeyOf) },
          logs: createLogInspector(reader),
        },
        async (answer) => {
          if (answer.kind === 'digest') digests++;
          if (answer.kind === 'invalid')
            told('digest-invalid', `${addressOf(answer)}: ${answer.problem.message || answer.problem.code}`);
          if (answer.kind === 'log' && answer.status !== 'valid') {
            told('log-invalid', `the log file ${addressOf(answer.log)} is ${answer.status}`);
          }
        },
      );
      for (const { severity, code, message } of verdict.findings) {
        if (severity === 'error') told(code, message);
      }
    } catch (error) {
      if (!(error instanceof NoPublicKeys)) throw error;
      told('key-missing', 'there is no public key of this Region any more');
    }
  }
  return digests;
}

function publicKeyOf({ fingerprint, value, validFrom, validTo }: DigestKeyRecord) {
  return { fingerprint, value, validFrom, validUntil: validTo };
}

/** The embedded store as the verifier reads buckets. */
function readerOf(objects: InspectedObjects): BucketReader {
  return {
    keepsMetadata: true,
    async *list(bucket, prefix, after) {
      for (let startAfter: string | undefined = after; startAfter !== undefined; ) {
        const page = await objects.list({ bucket, prefix, startAfter });
        yield page.objects.map(({ key, lastModified }): ListedObject => ({ key, lastModified }));
        startAfter = page.next;
      }
    },
    async get(bucket, key) {
      if (!(await objects.head(bucket, key).catch(() => undefined))) return undefined;
      const { info, body } = await objects.get(bucket, key);
      try {
        return { bytes: await buffer(body), metadata: new Map(Object.entries(info.headers.metadata ?? {})) };
      } catch {
        // Its data file is gone or cut; the objects' own check has said so.
        return { bytes: new Uint8Array(), metadata: new Map() };
      }
    },
  };
}
