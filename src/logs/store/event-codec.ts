import type { LogEvent } from '../log-group.ts';
import type { EventKey } from './environment.ts';

/** Ingestion time and stream stand before the text. */
const HEAD = 16;

/** An event's value; its time and number are its key. */
export function encodeEvent(message: string, ingestedAt: number, streamUid: number): Buffer {
  const text = Buffer.from(message);
  const value = Buffer.allocUnsafe(HEAD + text.length);
  value.writeDoubleBE(ingestedAt, 0);
  value.writeDoubleBE(streamUid, 8);
  text.copy(value, HEAD);
  return value;
}

/** An event from its key and value. */
export function decodeEvent([, time, seq]: EventKey, value: Buffer): LogEvent {
  return {
    time,
    seq,
    ingestedAt: value.readDoubleBE(0),
    streamUid: value.readDoubleBE(8),
    message: value.toString('utf8', HEAD),
  };
}

/** The stream of an encoded event. */
export function streamOf(value: Buffer): number {
  return value.readDoubleBE(8);
}

/** What an event counts: its text and 26 bytes, as AWS bills it. */
export function sizeOf(value: Buffer): number {
  return value.length - HEAD + EVENT_OVERHEAD;
}

/** Bytes that AWS adds to each event's text. */
export const EVENT_OVERHEAD = 26;
