import type { Queue } from './queue.ts';

/** What a receipt handle stands for: one receipt of one message. */
export interface Receipt {
  /** The queue's. */
  readonly uid: number;
  readonly box: number;
  readonly seq: number;
  /** Made anew at each receipt: only the latest handle deletes. */
  readonly nonce: string;
}

/** The handle of a receipt: opaque to the receiver. */
export function writeReceipt({ uid, box, seq, nonce }: Receipt): string {
  return Buffer.from(`${uid}.${box}.${seq}.${nonce}`).toString('base64');
}

/** Reads a handle; undefined when it is none of this queue. */
export function readReceipt(handle: string, queue: Queue): Receipt | undefined {
  if (handle.length > 200) return undefined;
  const found = /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.([0-9a-f]{32})$/.exec(
    Buffer.from(handle, 'base64').toString('latin1'),
  );
  if (!found || Number(found[1]) !== queue.uid) return undefined;
  return { uid: queue.uid, box: Number(found[2]), seq: Number(found[3]), nonce: found[4]! };
}
