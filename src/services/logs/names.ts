import type { CallContext } from '../../aws/index.ts';
import { type LogGroup, type Logs, readLogGroupArn } from '../../logs/index.ts';
import { invalid, unfit } from './errors.ts';

const GROUP = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const STREAM = /^[^:*]{1,512}$/;

/** A group's name. @throws ServiceError InvalidParameterException */
export function checkGroupName(name: string, member = 'logGroupName'): string {
  if (name.length === 0) throw unfit(name, member, 'Member must have length greater than or equal to 1');
  if (name.length > 512) throw unfit(name, member, 'Member must have length less than or equal to 512');
  if (!GROUP.test(name))
    throw unfit(name, member, 'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+');
  return name;
}

/** A stream's name. @throws ServiceError InvalidParameterException */
export function checkStreamName(name: string, member = 'logStreamName'): string {
  if (name.length === 0) throw unfit(name, member, 'Member must have length greater than or equal to 1');
  if (name.length > 512) throw unfit(name, member, 'Member must have length less than or equal to 512');
  if (!STREAM.test(name) || /\p{Cc}/u.test(name))
    throw unfit(name, member, 'Member must satisfy regular expression pattern: [^:*]*');
  return name;
}

/** A name of a metric filter, metric or namespace. */
export function checkFilterName(name: string, member = 'filterName'): string {
  if (!STREAM.test(name)) throw unfit(name, member, 'Member must satisfy regular expression pattern: [^:*]*');
  return name;
}

/** How an operation names its group: by name, or by identifier (name or ARN), never both. */
export interface NamedGroup {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

/** The name of the group that is meant. @throws ServiceError InvalidParameterException */
export function groupNameOf({ logGroupName, logGroupIdentifier }: NamedGroup, call: CallContext): string {
  if (logGroupName !== undefined && logGroupIdentifier !== undefined)
    throw invalid('Exactly one of the parameters logGroupIdentifier or logGroupName is required');
  if (logGroupName !== undefined) return checkGroupName(logGroupName);
  if (logGroupIdentifier === undefined)
    throw invalid('Exactly one of the parameters logGroupIdentifier or logGroupName is required');
  if (!logGroupIdentifier.startsWith('arn:')) return checkGroupName(logGroupIdentifier, 'logGroupIdentifier');
  return groupNameOfArn(logGroupIdentifier, call);
}

/** The name in an ARN of a group of the caller's account and the called Region. */
export function groupNameOfArn(arn: string, call: CallContext): string {
  const read = readLogGroupArn(arn);
  if (!read || read.account !== call.account || read.region !== call.region)
    throw invalid(
      `The specified resource is not a log group of this account and Region: ${arn.slice(0, 600)}`,
    );
  return read.name;
}

/** The group that is meant. @throws ServiceError InvalidParameterException; LogsError ResourceNotFoundException */
export function groupOf(logs: Logs, named: NamedGroup, call: CallContext): LogGroup {
  return logs.groups.get(call, groupNameOf(named, call));
}

/** A whole number within bounds, or the default. @throws ServiceError InvalidParameterException */
export function within(value: number | undefined, member: string, most: number, standard: number): number {
  if (value === undefined) return standard;
  if (value < 1) throw unfit(value, member, 'Member must have value greater than or equal to 1');
  if (value > most) throw unfit(value, member, `Member must have value less than or equal to ${most}`);
  return value;
}
