import { TextDecoder } from 'node:util';
import { Unreadable } from './unreadable.ts';

/** Names of Python's codecs, as sources name them, that TextDecoder knows by another name. */
const PYTHON_NAMES = new Map([
  ['utf_8_sig', 'utf-8'],
  ['u8', 'utf-8'],
  ['utf_16', 'utf-16le'],
  ['utf_16_le', 'utf-16le'],
  ['utf_16_be', 'utf-16be'],
  ['latin_1', 'latin1'],
  ['iso8859_1', 'latin1'],
  ['cp1252', 'windows-1252'],
  ['cp1251', 'windows-1251'],
  ['cp1250', 'windows-1250'],
  ['cp866', 'ibm866'],
  ['koi8_r', 'koi8-r'],
  ['koi8_u', 'koi8-u'],
  ['shift_jis', 'shift_jis'],
  ['euc_jp', 'euc-jp'],
  ['euc_kr', 'euc-kr'],
  ['gb2312', 'gbk'],
  ['gb18030', 'gb18030'],
  ['big5', 'big5'],
  ['ascii', 'utf-8'],
]);

/**
 * Brings chunks of text in another charset into UTF-8.
 * https://encoding.spec.whatwg.org/#names-and-labels
 */
export interface Recoder {
  /** @throws Unreadable charset */
  push(chunk: Buffer): Buffer;
  /** @throws Unreadable charset */
  end(): Buffer;
}

/** Undefined for UTF-8, whose bytes stay as they are. @throws Unreadable charset, for an unknown name */
export function createRecoder(charset: string): Recoder | undefined {
  const label = labelOf(charset);
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label, { fatal: true });
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

function labelOf(charset: string): string {
  const name = charset.toLowerCase().replaceAll('-', '_');
  return PYTHON_NAMES.get(name) ?? name.replace(/^iso8859_/, 'iso-8859-').replaceAll('_', '-');
}
