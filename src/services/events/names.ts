import type { CallContext } from '../../aws/index.ts';
import { type BusAddress, DEFAULT_BUS, readBusArn } from '../../event-bus/index.ts';
import { badParameter, unfit } from './errors.ts';

const NAME = /^[.\-_A-Za-z0-9]+$/;
const BUS = /^[/.\-_A-Za-z0-9]+$/;

/** A text within the model's bounds. @throws ServiceError ValidationException */
export function checkText(value: string, member: string, most: number, least = 0): string {
  if (value.length < least)
    throw unfit(value, member, `Member must have length greater than or equal to ${least}`);
  if (value.length > most)
    throw unfit(value, member, `Member must have length less than or equal to ${most}`);
  return value;
}

/** A name of a rule, or a target's id. @throws ServiceError ValidationException */
export function checkName(value: string, member: string): string {
  checkText(value, member, 64, 1);
  if (!NAME.test(value))
    throw unfit(value, member, 'Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+');
  return value;
}

/** A bus's name. @throws ServiceError ValidationException */
export function checkBusName(value: string, member = 'name'): string {
  checkText(value, member, 256, 1);
  if (!BUS.test(value))
    throw unfit(value, member, 'Member must satisfy regular expression pattern: [/\\.\\-_A-Za-z0-9]+');
  return value;
}

/** The bus that a call names, by name or ARN; the default one without a name. @throws ServiceError ValidationException */
export function busOf(name: string | undefined, { account, region }: CallContext): BusAddress {
  if (name === undefined) return { account, region, bus: DEFAULT_BUS };
  if (!name.startsWith('arn:')) return { account, region, bus: checkBusName(name, 'eventBusName') };
  const address = readBusArn(name);
  if (!address) throw unfit(name, 'eventBusName', 'Member must be the name or ARN of an event bus');
  if (address.account !== account || address.region !== region)
    throw badParameter('EventBusName', 'The event bus is not in this account and Region.');
  return address;
}

/** One page of a listing; the token is the last name of the page before. @throws ServiceError ValidationException */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { Limit: limit = 100, NextToken: token }: { readonly Limit?: number; readonly NextToken?: string },
): { readonly page: readonly T[]; readonly NextToken?: string } {
  if (limit < 1) throw unfit(limit, 'limit', 'Member must have value greater than or equal to 1');
  if (limit > 100) throw unfit(limit, 'limit', 'Member must have value less than or equal to 100');
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  if (after !== undefined && (after === '' || Buffer.from(after).toString('base64url') !== token))
    throw badParameter('NextToken', 'The token is not one of ours.');
  const rest = after === undefined ? items : items.filter((item) => nameOf(item) > after);
  const page = rest.slice(0, limit);
  const isMore = rest.length > limit;
  return {
    page,
    ...(isMore && { NextToken: Buffer.from(nameOf(page.at(-1)!)).toString('base64url') }),
  };
}
