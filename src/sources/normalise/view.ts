import { toEcs } from './ecs.ts';
import type { ViewContext } from './facts.ts';
import { FLAT_NORMALIZER, toFlat } from './flat.ts';
import { toOcsf } from './ocsf/ocsf.ts';
import type { ViewName } from './view-names.ts';

/** Makes one form of a parsed record. Never throws, changes nothing, keeps nothing. */
export type View = (record: unknown, context?: ViewContext) => Record<string, unknown>;

/** The maker of each form. */
export const VIEW_OF: Readonly<Record<ViewName, View>> = { flat: toFlat, ecs: toEcs, ocsf: toOcsf };

/** Normalizers that log sources may name, and the view that each is. Upper and lower case count. */
export const NORMALIZERS: ReadonlyMap<string, ViewName> = new Map([
  [FLAT_NORMALIZER, 'flat'],
  ['CloudTrailEcsNormalizer', 'ecs'],
  ['CloudTrailOcsfNormalizer', 'ocsf'],
]);
