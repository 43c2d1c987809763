import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { SourceConnect } from '../../sources/connect/index.ts';
import type { LogSource, SourceSecrets } from '../../sources/index.ts';

/** What came of a look into a source's bucket. */
export type ConnectionOutcome =
  | { readonly ok: true; readonly message: string; readonly hasLogs: boolean }
  | { readonly ok: false; readonly message: string };

/** Milliseconds for the whole look, retries included. */
const PATIENCE = 20_000;

/** Lists one key below the source's prefix, and asks how many messages its queue holds. Never throws. */
export async function testConnection(
  source: LogSource,
  secrets: SourceSecrets,
  connect: SourceConnect,
): Promise<ConnectionOutcome> {
  const { bucket, prefix } = source.connector;
  const where = `${prefix === '' ? '' : `${prefix}/`}AWSLogs/`;
  let client: ReturnType<SourceConnect['s3']> | undefined;
  try {
    client = connect.s3(source, secrets);
    const { KeyCount } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: where, MaxKeys: 1 }),
      { abortSignal: AbortSignal.timeout(PATIENCE) },
    );
    const hasLogs = (KeyCount ?? 0) > 0;
    const found = hasLogs ? 'holds' : 'does not yet hold';
    const message = `the bucket ${bucket} can be read and ${found} keys below ${where}`;
    const queue = await testQueue(source, secrets, connect);
    return queue.ok
      ? { ok: true, hasLogs, message: `${message}${queue.message}` }
      : { ok: false, message: `${message}; ${queue.message}` };
  } catch (error) {
    return { ok: false, message: `the bucket cannot be read: ${wordsOf(error)}` };
  } finally {
    client?.destroy();
  }
}

/** A queue that only lacks the permission to be looked at may be read all the same: that is said, and no fault. */
async function testQueue(
  source: LogSource,
  secrets: SourceSecrets,
  connect: SourceConnect,
): Promise<{ readonly ok: boolean; readonly message: string }> {
  const { queueUrl } = source.connector;
  if (queueUrl === undefined) return { ok: true, message: '' };
  const client = connect.sqs(source, secrets, queueUrl);
  try {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
      { abortSignal: AbortSignal.timeout(PATIENCE) },
    );
    const waiting = Attributes?.ApproximateNumberOfMessages ?? '0';
    return { ok: true, message: `; the queue answers, ${waiting} messages wait` };
  } catch (error) {
    const isDenied = /AccessDenied/.test((error as Error).name);
    const words = wordsOf(error);
    if (isDenied) return { ok: true, message: `; the queue may not be looked at (${words})` };
    return { ok: false, message: `but its queue cannot be read: ${words}` };
  } finally {
    client.destroy();
  }
}

function wordsOf(error: unknown): string {
  const { name, message } = error as Error;
  return (name === 'Error' || message.includes(name) ? message : `${name}: ${message}`).slice(0, 500);
}
