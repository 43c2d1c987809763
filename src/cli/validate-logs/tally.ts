import type { Answer } from '../../digest/verify/index.ts';

/** Valid and invalid ones of a kind. */
export interface Count {
  valid: number;
  invalid: number;
}

/** What was asked for, in milliseconds. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Counts answers, and the time that valid digests were found for, as the AWS CLI's summary has them. */
export class Tally {
  readonly digests: Count = { valid: 0, invalid: 0 };
  readonly backfill: Count = { valid: 0, invalid: 0 };
  readonly logs: Count = { valid: 0, invalid: 0 };
  readonly #range: Range;
  bytes = 0;
  foundStart: number | undefined;
  foundEnd: number | undefined;

  constructor(range: Range) {
    this.#range = range;
  }

  add(answer: Answer): void {
    switch (answer.kind) {
      case 'digest': {
        const { start, end } = answer.digest;
        (answer.isBackfill ? this.backfill : this.digests).valid++;
        const from = Math.max(start, this.#range.start);
        const to = Math.min(end, this.#range.end);
        if (this.foundStart === undefined || from < this.foundStart) this.foundStart = from;
        if (this.foundEnd === undefined || to > this.foundEnd) this.foundEnd = to;
        return;
      }
      case 'invalid':
        (answer.isBackfill ? this.backfill : this.digests).invalid++;
        return;
      case 'log':
        this.logs[answer.status === 'valid' ? 'valid' : 'invalid']++;
        this.bytes += answer.size;
        return;
      case 'log-unreadable':
        this.logs.invalid++;
        return;
      case 'gap':
        return;
    }
  }

  get hasInvalid(): boolean {
    return this.digests.invalid + this.backfill.invalid + this.logs.invalid > 0;
  }
}
