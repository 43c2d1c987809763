import type { ViewName } from '../view-names.ts';

/** What becomes of a value: its text, a number, a yes or no, milliseconds of a time, JSON text, the value itself, a list of texts. */
export const OWN_SHAPES = ['text', 'number', 'boolean', 'milliseconds', 'json', 'value', 'list'] as const;
export type OwnShape = (typeof OWN_SHAPES)[number];

/** What a field may be set to outright. */
export type Scalar = string | number | boolean;

/** One line of an operator's mapping: a field of the view, and where its value is from. */
export type OwnField = {
  /** Dotted: objects within objects, unless the names are flat. */
  readonly to: string;
} & (
  | { readonly is: Scalar }
  | {
      /**
       * Paths into the record, flat fields (`source_address`), `enrich.…`, `kept.repo` and its like; the first that has
       * something counts.
       */
      readonly from: readonly string[];
      readonly as: OwnShape;
      /** Another value for each text; a text that is not there is `otherwise`, or stays as it is. */
      readonly values?: ReadonlyMap<string, Scalar>;
      /** Where nothing is found. */
      readonly otherwise?: Scalar;
    }
);

/** A condition on the record: one of the values fits one that is found at the key. */
export interface OwnCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** A mapping that an operator wrote: the same kind of table as the built-in views are made of. */
export interface OwnNormalizer {
  /** The view that it begins with; its own fields come over that. */
  readonly base?: ViewName;
  /** Dotted names make objects; otherwise they stay as they are. */
  readonly nest: boolean;
  /** All must hold, or the normalizer is not for this record. */
  readonly when: readonly OwnCondition[];
  /** Fields of the base that are left out. */
  readonly drop: readonly string[];
  readonly fields: readonly OwnField[];
}
