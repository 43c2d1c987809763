import type { Outgoing } from './outgoing.ts';

/** An event in the form in which one intake takes it. */
export interface Item {
  readonly event: Outgoing;
  readonly body: Buffer;
}

/** What came of one attempt to send some items. */
export type SendOutcome =
  /** The intake answered for each; those not named are in. Indexes into the items. */
  | {
      readonly kind: 'answered';
      readonly again: readonly number[];
      readonly refused: readonly { readonly index: number; readonly reason: string }[];
    }
  /** Worth another try of all of them; `after` is how long the intake asked to wait, in milliseconds. */
  | { readonly kind: 'again'; readonly reason: string; readonly after?: number }
  /** Too much at once, or one of them is bad: in halves, down to one. */
  | { readonly kind: 'split'; readonly reason: string }
  /** This will not work whatever is sent; key, address or permission must be changed first. Nothing is given up. */
  | { readonly kind: 'locked'; readonly reason: string };

/** One kind of intake: how it takes events, and what its answers mean. */
export interface Target {
  /** A batch has at most so many items, and bytes of items before compression. */
  readonly maxItems: number;
  readonly maxBytes: number;
  /** A single item above this is a dead letter at once. */
  readonly maxItemBytes: number;
  /** New events wait this long for company; milliseconds. Default 200. */
  readonly delay?: number;
  /** A range that a crash interrupts must come again with the same events: it is noted before it is sent. */
  readonly isStaged?: boolean;
  encode(event: Outgoing): Buffer;
  /** Never throws. */
  send(items: readonly Item[]): Promise<SendOutcome>;
  /** Lets go of connections. */
  close(): void;
}

/** All of them are in. */
export const ALL_IN: SendOutcome = { kind: 'answered', again: [], refused: [] };
