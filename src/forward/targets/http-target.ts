import type { Outgoing } from '../outgoing.ts';
import { type Answer, judge, judgeSilence, type Post } from '../post.ts';
import { ALL_IN, type Item, type SendOutcome, type Target } from '../target.ts';

/** What differs from one HTTP intake to the next. */
export interface HttpIntake {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly maxItemBytes: number;
  readonly encode: (event: Outgoing) => Buffer;
  readonly join: (items: readonly Item[]) => Buffer;
  /** Reads an answer that says more than its status; undefined: the status decides. */
  readonly read?: (
    answer: Answer,
    items: readonly Item[],
  ) => Promise<SendOutcome | undefined> | SendOutcome | undefined;
}

/** An intake that takes POSTs. */
export function httpTarget(intake: HttpIntake, post: Post): Target {
  return {
    maxItems: intake.maxItems,
    maxBytes: intake.maxBytes,
    maxItemBytes: intake.maxItemBytes,
    encode: intake.encode,
    async send(items) {
      try {
        const answer = await post(intake.url, intake.headers, intake.join(items), { gzip: intake.gzip });
        return (await intake.read?.(answer, items)) ?? judge(answer) ?? ALL_IN;
      } catch (error) {
        return judgeSilence(error);
      }
    },
    close: () => undefined,
  };
}

/** Items with something between, before and after. */
export function joined(items: readonly Item[], between: string, before = '', after = ''): Buffer {
  const parts: Buffer[] = [Buffer.from(before)];
  for (const [at, { body }] of items.entries()) {
    if (at > 0 && between !== '') parts.push(Buffer.from(between));
    parts.push(body);
  }
  parts.push(Buffer.from(after));
  return Buffer.concat(parts);
}
