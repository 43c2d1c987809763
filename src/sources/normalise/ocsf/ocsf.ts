import { Facts, type ViewContext } from '../facts.ts';
import { compileMapping, type Mapping } from '../mapping.ts';
import { type OcsfKind, ocsfKindOf } from './classes.ts';
import { kindRows, OCSF_CALL, OCSF_COMMON, OCSF_OWN } from './ocsf-fields.ts';

/** One mapping for each class and activity; there are some fifty. */
const mappings = new Map<number, Mapping>();

/**
 * The record in the Open Cybersecurity Schema Framework (see `OCSF_VERSION`), with its cloud profile. Never throws,
 * whatever the record is. A record without a time that can be read has no `time` unless the context says when it came.
 */
export function toOcsf(record: unknown, context: ViewContext = {}): Record<string, unknown> {
  const facts = new Facts(record, context);
  const kind = ocsfKindOf(facts);
  const type = kind.class.uid * 100 + kind.activity;
  const known = mappings.get(type) ?? compile(kind);
  mappings.set(type, known);
  return known(facts);
}

function compile(kind: OcsfKind): Mapping {
  const { uid } = kind.class;
  const rows = [
    ...kindRows(kind),
    ...OCSF_COMMON,
    ...(uid === 2004 ? [] : OCSF_CALL),
    ...(OCSF_OWN.get(uid) ?? []),
  ];
  return compileMapping(rows, { nest: true });
}
