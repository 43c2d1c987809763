import type * as client from '@aws-sdk/client-cloudwatch';
import { type Dimension, ordered } from '../../cloudwatch/index.ts';
import { badToken, badValue, missing, unfit } from './errors.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export const UNITS: readonly string[] = [
  ...['Seconds', 'Microseconds', 'Milliseconds', 'Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'],
  ...['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits', 'Percent', 'Count', 'Bytes/Second'],
  ...['Kilobytes/Second', 'Megabytes/Second', 'Gigabytes/Second', 'Terabytes/Second', 'Bits/Second'],
  ...['Kilobits/Second', 'Megabits/Second', 'Gigabits/Second', 'Terabits/Second', 'Count/Second', 'None'],
];

const MAX_DIMENSIONS = 30;

/** A text that must be there and within bounds. @throws ServiceError MissingParameter, ValidationError */
export function textOf(value: string | undefined, name: string, most: number): string {
  if (value === undefined) throw missing(name);
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  if (value.length < 1) throw unfit(value, member, 'Member must have length greater than or equal to 1');
  if (value.length > most)
    throw unfit(value, member, `Member must have length less than or equal to ${most}`);
  return value;
}

/** A namespace. */
export function namespaceOf(value: string | undefined): string {
  const namespace = textOf(value, 'Namespace', 255);
  if (namespace.startsWith(':') || !/^[\x20-\x7e]+$/.test(namespace))
    throw badValue(`The value ${namespace.slice(0, 100)} for parameter Namespace is invalid.`);
  return namespace;
}

/** A metric's name. */
export function metricNameOf(value: string | undefined): string {
  return textOf(value, 'MetricName', 255);
}

/** Dimensions in the order they are filed under. @throws ServiceError InvalidParameterValue */
export function dimensionsOf(given: readonly client.Dimension[] = []): readonly Dimension[] {
  if (given.length > MAX_DIMENSIONS)
    throw badValue(`The collection Dimensions must not have a size greater than ${MAX_DIMENSIONS}.`);
  const dimensions = given.map(({ Name, Value }): Dimension => {
    const name = textOf(Name, 'Dimensions.Name', 255);
    const value = textOf(Value, 'Dimensions.Value', 1_024);
    if (name.startsWith(':') || !/^[\x20-\x7e]+$/.test(name))
      throw badValue(`The value ${name.slice(0, 100)} for parameter Dimensions.Name is invalid.`);
    return { name, value };
  });
  if (new Set(dimensions.map(({ name }) => name)).size < dimensions.length)
    throw badValue('The parameter Dimensions contains duplicate names.');
  return ordered(dimensions);
}

/** A unit, or none. @throws ServiceError ValidationError */
export function unitOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : oneOf(value, 'unit', UNITS);
}

/** One of the values that the model names. @throws ServiceError ValidationError */
export function oneOf<Value extends string>(value: string, member: string, all: readonly Value[]): Value {
  if (!(all as readonly string[]).includes(value))
    throw unfit(value, member, `Member must satisfy enum value set: [${all.join(', ')}]`);
  return value as Value;
}

/** A whole number within bounds, or the default. @throws ServiceError ValidationError */
export function within(value: number | undefined, member: string, most: number, standard: number): number {
  if (value === undefined) return standard;
  if (value < 1) throw unfit(value, member, 'Member must have value greater than or equal to 1');
  if (value > most) throw unfit(value, member, `Member must have value less than or equal to ${most}`);
  return value;
}

/** The token of a listing: where the page before ended. */
export function tokenOf(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws ServiceError InvalidNextToken */
export function readToken<Place>(
  token: string | undefined,
  isPlace: (value: unknown) => value is Place,
): Place | undefined {
  if (token === undefined) return undefined;
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw badToken();
  }
  if (!isPlace(place)) throw badToken();
  return place;
}

/** Is it a text? For tokens. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
