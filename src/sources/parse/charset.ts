import { TextDecoder } from 'node:util';
import { Unreadable } from './unreadable.ts';

/**
 * Brings chunks of text in another charset into UTF-8.
 * Charsets are named by their labels: https://encoding.spec.whatwg.org/#names-and-labels
 */
export interface Recoder {
  /** @throws Unreadable charset */
  push(chunk: Buffer): Buffer;
  /** @throws Unreadable charset */
  end(): Buffer;
}

/** Undefined for UTF-8, whose bytes stay as they are. @throws Unreadable charset, for an unknown name */
export function createRecoder(charset: string): Recoder | undefined {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch (cause) {
    throw new Unreadable('charset', `charset ${charset} is not known`, { cause });
  }
  if (decoder.encoding === 'utf-8') return undefined;
  const decode = (chunk?: Buffer): Buffer => {
    try {
      return Buffer.from(chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
    } catch (cause) {
      throw new Unreadable('charset', `its bytes are not ${charset}`, { cause });
    }
  };
  return { push: decode, end: () => decode() };
}
