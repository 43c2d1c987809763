import type { Comparator, Operand } from '../operand.ts';
import type { Selector } from './selector.ts';

/** What a JSON pattern says, as a tree. */
export type Expression =
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Expression[] }
  | {
      readonly kind: 'compare';
      readonly selector: Selector;
      readonly comparator: Comparator;
      readonly operand: Operand;
    }
  | { readonly kind: 'is'; readonly selector: Selector; readonly value: null | boolean }
  | { readonly kind: 'not-exists'; readonly selector: Selector };
