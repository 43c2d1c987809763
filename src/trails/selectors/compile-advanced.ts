import type { CloudTrailRecord, EventCategory } from '../../event/index.ts';
import type { AdvancedEventSelector, AdvancedFieldSelector } from '../trail.ts';
import type { Matcher } from './compile-basic.ts';
import { isRead, resourcesOf } from './record-fields.ts';

/** The values that a record has for a field: none, one, or one for each resource. */
type FieldReader = (record: CloudTrailRecord, category: EventCategory) => readonly string[];

const READERS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['eventCategory', (_, category) => [category]],
  ['readOnly', (record) => [String(isRead(record))]],
  ['resources.type', (record) => present(resourcesOf(record).map(({ type }) => type))],
  ['resources.ARN', (record) => present(resourcesOf(record).map(({ arn }) => arn))],
  ['userIdentity.arn', (record) => text(record.userIdentity?.arn)],
  ['sessionCredentialFromConsole', (record) => text(record.sessionCredentialFromConsole)],
  ...['eventSource', 'eventName', 'eventType', 'errorCode', 'vpcEndpointId'].map(
    (field): [string, FieldReader] => [field, (record) => text(record[field])],
  ),
]);

/**
 * Compiles advanced selectors: any selector, in it every field, in a field any positive condition and no negative
 * one. Of several resources any may satisfy a field, and any may veto it. A field that a record does not have
 * satisfies only conditions that are all negative.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
 */
export function compileAdvanced(selectors: readonly AdvancedEventSelector[]): Matcher {
  const matchers = selectors.map(({ FieldSelectors }) => compileSelector(FieldSelectors));
  return (record, category) => matchers.some((matches) => matches(record, category));
}

function compileSelector(fields: readonly AdvancedFieldSelector[]): Matcher {
  // The category is in every selector and the cheapest to ask: most events end there.
  const ordered = [...fields].sort(
    (a, b) => Number(b.Field === 'eventCategory') - Number(a.Field === 'eventCategory'),
  );
  const conditions = ordered.map((field) => {
    const read = READERS.get(field.Field) ?? (() => []);
    const satisfied = compileConditions(field);
    return (record: CloudTrailRecord, category: EventCategory) => satisfied(read(record, category));
  });
  return (record, category) => conditions.every((holds) => holds(record, category));
}

function compileConditions(field: AdvancedFieldSelector): (values: readonly string[]) => boolean {
  const wanted = compileOperators(field.Equals, field.StartsWith, field.EndsWith);
  const unwanted = compileOperators(field.NotEquals, field.NotStartsWith, field.NotEndsWith);
  return (values) => (!wanted || values.some(wanted)) && !(unwanted && values.some(unwanted));
}

function compileOperators(
  equals?: readonly string[],
  starts?: readonly string[],
  ends?: readonly string[],
): ((value: string) => boolean) | undefined {
  if (!equals && !starts && !ends) return undefined;
  const exact = new Set(equals);
  return (value) =>
    exact.has(value) ||
    (starts?.some((start) => value.startsWith(start)) ?? false) ||
    (ends?.some((end) => value.endsWith(end)) ?? false);
}

function present(values: readonly (string | undefined)[]): readonly string[] {
  return values.filter((value) => value !== undefined);
}

function text(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'boolean' ? [String(value)] : [];
}
