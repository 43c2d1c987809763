import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { DeliveryState } from '../../delivery/index.ts';
import type { Journal } from '../../journal/index.ts';
import type { InspectedObjects, ObjectStoreError } from '../../objects/index.ts';
import { checkCursor } from './check-journal.ts';
import { RESTORE_OBJECT, type Tell } from './finding.ts';

/** What delivery has promised: is it in the bucket, and can what is under way still be done? */
export async function checkDelivery(
  name: string,
  delivery: DeliveryState,
  rooms: { readonly journal: Journal; readonly objects: InspectedObjects },
  tell: Tell,
): Promise<number> {
  const { journal, objects } = rooms;
  await checkCursor(journal, `delivery of ${name}`, delivery.cursor, tell);
  const { stage } = delivery;
  if (stage && (stage.from.seq < journal.tail().seq || stage.next.seq > journal.head().seq)) {
    tell({
      area: 'delivery',
      code: 'stage-lost',
      severity: 'error',
      message: `${name}: the log files of events ${stage.from.seq} to ${stage.next.seq - 1} were begun and cannot be made again: the journal holds ${journal.tail().seq} to ${journal.head().seq - 1}`,
      repair: 'restore journal/ and state/ from the same backup (opentrail restore)',
    });
  }
  let files = 0;
  for (const session of delivery.digest?.sessions ?? []) {
    for (const chain of session.chains) {
      for (const file of chain.files) {
        files++;
        await checkFile(name, 'log file', file, objects, tell);
      }
      for (const head of [chain.head, chain.backfillHead]) {
        if (head) await checkFile(name, 'newest digest', head, objects, tell);
      }
    }
  }
  return files;
}

async function checkFile(
  name: string,
  kind: string,
  file: {
    readonly bucket: string;
    readonly key: string;
    readonly sha256: string;
    readonly signature?: string;
  },
  objects: InspectedObjects,
  tell: Tell,
): Promise<void> {
  const what = `${name}: the ${kind} s3://${file.bucket}/${file.key}`;
  const told = (code: string, detail: string) =>
    tell({ area: 'delivery', code, severity: 'error', message: `${what} ${detail}`, repair: RESTORE_OBJECT });
  const head = await objects.head(file.bucket, file.key).catch((error: ObjectStoreError) => {
    // Delivered to an S3 elsewhere: not ours to look into.
    if (error.code === 'NoSuchBucket') return 'elsewhere' as const;
    throw error;
  });
  if (head === 'elsewhere') return;
  if (!head) return told('delivered-missing', 'was delivered and is not there');
  if (file.signature !== undefined && head.headers.metadata?.signature !== file.signature) {
    told('delivered-changed', 'does not bear the signature that it was given');
  }
  try {
    const { body } = await objects.get(file.bucket, file.key);
    const sum = createHash('sha256')
      .update(gunzipSync(await buffer(body)))
      .digest('hex');
    if (sum !== file.sha256) told('delivered-changed', `has the hash ${sum} instead of ${file.sha256}`);
  } catch (error) {
    told('delivered-changed', `cannot be unpacked: ${(error as Error).message}`);
  }
}
