import type { AdvancedEventSelector, AdvancedFieldSelector, Selectors } from '../trail.ts';
import { TrailError } from '../trail-error.ts';
import { CATEGORIES, type FieldUse } from './fields.ts';
import { isArnOfType } from './resource-arn.ts';

/** The six operators, in the order in which they are echoed. */
export const OPERATORS = [
  'Equals',
  'StartsWith',
  'EndsWith',
  'NotEquals',
  'NotStartsWith',
  'NotEndsWith',
] as const;

type FieldSelectorInput = { readonly Field?: string } & {
  readonly [operator in (typeof OPERATORS)[number]]?: readonly string[];
};

/** An advanced selector as it comes over the wire: nothing of it is sure. */
export interface AdvancedEventSelectorInput {
  readonly Name?: string;
  readonly FieldSelectors?: readonly FieldSelectorInput[];
}

const MAX_VALUES = 500;
const MAX_VALUE_LENGTH = 2048;
const MAX_NAME_LENGTH = 1000;

/**
 * Checks a trail's advanced selectors; what is not public of AWS's texts is worded here.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedEventSelector.html
 * @throws TrailError InvalidEventSelectorsException
 */
export function validateAdvancedEventSelectors(
  input: readonly AdvancedEventSelectorInput[],
): Selectors & { kind: 'advanced' } {
  if (input.length < 1 || input.length > MAX_VALUES) {
    throw refusal(`Specify between 1 and ${MAX_VALUES} selectors for your trail.`);
  }
  const selectors = input.map(checkSelector);
  const count = selectors
    .flatMap(({ FieldSelectors }) => FieldSelectors)
    .reduce((sum, field) => sum + valuesOf(field).length, 0);
  if (count > MAX_VALUES) {
    throw refusal(`Specify at most ${MAX_VALUES} values for all conditions of your trail; found ${count}.`);
  }
  return { kind: 'advanced', selectors };
}

function checkSelector({ Name, FieldSelectors = [] }: AdvancedEventSelectorInput): AdvancedEventSelector {
  if (Name !== undefined && Name.length > MAX_NAME_LENGTH) {
    throw refusal(`The selector name is too long. Maximum allowed length: ${MAX_NAME_LENGTH} characters.`);
  }
  const fields = FieldSelectors.map(normalise);
  const byField = new Map(fields.map((field) => [field.Field, field]));
  if (byField.size < fields.length) throw refusal('A field can be specified only once in a selector.');

  const category = byField.get('eventCategory');
  if (!category) throw missing('eventCategory');
  checkUse(category, { single: true });
  const rules = CATEGORIES.get(category.Equals?.[0] ?? '');
  if (!rules) throw refusal('The eventCategory field value is not valid.');
  for (const required of rules.required) if (!byField.has(required)) throw missing(required);
  for (const field of fields) {
    const use = rules.fields.get(field.Field);
    if (!use) {
      throw refusal(`The field ${field.Field} is not valid for eventCategory ${category.Equals?.[0]}.`);
    }
    checkUse(field, use);
  }
  checkArns(byField);
  return { ...(Name === undefined ? {} : { Name }), FieldSelectors: fields };
}

/** Keeps the operators that were given, in their order; anything else of the object is dropped. */
function normalise(input: FieldSelectorInput): AdvancedFieldSelector {
  const operators = OPERATORS.flatMap((operator) => {
    const values = input[operator];
    return values === undefined || values === null ? [] : [[operator, [...values]] as const];
  });
  return { Field: input.Field ?? '', ...Object.fromEntries(operators) };
}

function checkUse(field: AdvancedFieldSelector, use: FieldUse): void {
  const name = field.Field;
  const given = OPERATORS.filter((operator) => field[operator] !== undefined);
  if (given.length === 0) throw refusal(`Specify at least one operator for the ${name} field.`);
  const allowed = use.single ? ['Equals'] : use.operators;
  for (const operator of given) {
    const values = field[operator] ?? [];
    if (values.length === 0)
      throw refusal(`Specify at least one value for ${operator} of the ${name} field.`);
    if (allowed && !allowed.includes(operator)) {
      throw refusal(`The ${name} field supports only ${allowed.join(' and ')}.`);
    }
    if (use.single && values.length > 1) throw refusal(`The ${name} field takes exactly one value.`);
    for (const value of values) {
      const fits = value.length >= 1 && value.length <= MAX_VALUE_LENGTH && (use.values?.(value) ?? true);
      if (!fits) throw refusal(`The ${name} field value is not valid.`);
    }
  }
}

function checkArns(byField: ReadonlyMap<string, AdvancedFieldSelector>): void {
  const type = byField.get('resources.type')?.Equals?.[0] ?? '';
  const { Equals = [], NotEquals = [] } = byField.get('resources.ARN') ?? {};
  for (const arn of [...Equals, ...NotEquals]) {
    if (isArnOfType(arn, type)) continue;
    throw refusal(`The specified ARN ${arn} is not valid. Verify that the ARN is properly formatted.`);
  }
}

function valuesOf(field: AdvancedFieldSelector): readonly string[] {
  return OPERATORS.flatMap((operator) => field[operator] ?? []);
}

function missing(field: string): TrailError {
  return refusal(`The following fields are required: [${field}].`);
}

function refusal(message: string): TrailError {
  return new TrailError('InvalidEventSelectorsException', message);
}
