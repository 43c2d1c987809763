import type { LogVerdict } from '../../digest/verify/index.ts';

/** Verdicts on their way between threads: all their event ids in one piece, since each piece costs as much as a file. */
export interface PackedVerdicts {
  readonly verdicts: readonly (Omit<LogVerdict, 'eventIds'> & { readonly words: number })[];
  readonly eventIds: Uint32Array<ArrayBuffer>;
}

/** For sending; `eventIds.buffer` may be transferred. */
export function packVerdicts(verdicts: readonly LogVerdict[]): PackedVerdicts {
  const eventIds = new Uint32Array(verdicts.reduce((sum, verdict) => sum + verdict.eventIds.length, 0));
  let at = 0;
  const packed = verdicts.map(({ eventIds: own, ...rest }) => {
    eventIds.set(own, at);
    at += own.length;
    return { ...rest, words: own.length };
  });
  return { verdicts: packed, eventIds };
}

/** The verdicts as they were. */
export function unpackVerdicts({ verdicts, eventIds }: PackedVerdicts): LogVerdict[] {
  let at = 0;
  return verdicts.map(({ words, ...rest }) => {
    const own = eventIds.subarray(at, at + words);
    at += words;
    return { ...rest, eventIds: own };
  });
}
