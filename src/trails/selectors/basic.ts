import type { EventSelector, Selectors } from '../trail.ts';
import { TrailError } from '../trail-error.ts';
import { isWholeType, VALUE_FORMS } from './data-resource.ts';

/** A basic selector as it comes over the wire: nothing of it is sure. */
export interface EventSelectorInput {
  readonly ReadWriteType?: string;
  readonly IncludeManagementEvents?: boolean;
  readonly DataResources?: readonly { readonly Type?: string; readonly Values?: readonly string[] }[];
  readonly ExcludeManagementEventSources?: readonly string[];
}

const MAX_SELECTORS = 5;
const MAX_DATA_RESOURCES = 250;
const READ_WRITE_TYPES: ReadonlySet<string> = new Set(['ReadOnly', 'WriteOnly', 'All']);
const EXCLUDABLE: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com']);

/**
 * Checks basic selectors and fills in their defaults.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
 * @throws TrailError InvalidEventSelectorsException
 */
export function validateEventSelectors(input: readonly EventSelectorInput[]): Selectors & { kind: 'basic' } {
  if (input.length < 1 || input.length > MAX_SELECTORS) {
    throw refusal(`Specify a valid number of selectors (1 to ${MAX_SELECTORS}) for your trail`);
  }
  const selectors = input.map(checkSelector);
  const values = selectors.flatMap(({ DataResources }) => DataResources.flatMap(({ Values }) => Values));
  if (values.filter((value) => !isWholeType(value)).length > MAX_DATA_RESOURCES) {
    throw refusal(`Specify a valid number of data resources (up to ${MAX_DATA_RESOURCES}) for your trail`);
  }
  return { kind: 'basic', selectors };
}

function checkSelector(input: EventSelectorInput): EventSelector {
  const readWriteType = input.ReadWriteType ?? 'All';
  if (!READ_WRITE_TYPES.has(readWriteType)) throw invalid(readWriteType, 'ReadWriteType');
  const excluded = input.ExcludeManagementEventSources ?? [];
  for (const source of excluded) {
    if (!EXCLUDABLE.has(source)) throw invalid(source, 'ExcludeManagementEventSources');
  }
  return {
    ReadWriteType: readWriteType as EventSelector['ReadWriteType'],
    IncludeManagementEvents: input.IncludeManagementEvents ?? true,
    DataResources: (input.DataResources ?? []).map(checkDataResource),
    ExcludeManagementEventSources: [...excluded],
  };
}

function checkDataResource({ Type = '', Values = [] }: { Type?: string; Values?: readonly string[] }) {
  const form = VALUE_FORMS.get(Type);
  if (!form) throw invalid(Type, 'DataResources.Type');
  for (const value of Values) {
    if (!form.test(value)) throw invalid(value, 'DataResources.Values');
  }
  return { Type, Values: [...Values] };
}

function invalid(value: string, member: string): TrailError {
  return refusal(`Value ${value} for ${member} is invalid.`);
}

function refusal(message: string): TrailError {
  return new TrailError('InvalidEventSelectorsException', message);
}
