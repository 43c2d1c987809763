import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { SourceConnect } from '../../sources/connect/index.ts';
import type { LogSource, SourceSecrets } from '../../sources/index.ts';

/** What came of a look into a source's bucket. */
export type ConnectionOutcome =
  | { readonly ok: true; readonly message: string; readonly hasLogs: boolean }
  | { readonly ok: false; readonly message: string };

/** Milliseconds for the whole look, retries included. */
const PATIENCE = 20_000;

/** Lists one key below the source's prefix. Never throws. */
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
    return {
      ok: true,
      hasLogs,
      message: `the bucket ${bucket} can be read and ${found} keys below ${where}`,
    };
  } catch (error) {
    const { name, message } = error as Error;
    const words = name === 'Error' || message.includes(name) ? message : `${name}: ${message}`;
    return { ok: false, message: words.slice(0, 500) };
  } finally {
    client?.destroy();
  }
}
