import { ServiceError } from '../../aws/index.ts';
import { parsePolicy } from '../../identity/index.ts';
import {
  type Queue,
  type QueueCounts,
  type QueueSettings,
  queueArn,
  type Redrive,
  readQueueArn,
} from '../../queues/index.ts';
import { invalidValue, notBuilt } from './errors.ts';

/** Attributes that are a number: the setting, the least and the most. */
const NUMBERS = new Map<string, readonly [setting: NumberSetting, least: number, most: number]>([
  ['VisibilityTimeout', ['visibilityTimeout', 0, 43_200]],
  ['MessageRetentionPeriod', ['retention', 60, 1_209_600]],
  ['DelaySeconds', ['delay', 0, 900]],
  ['MaximumMessageSize', ['maximumMessageSize', 1_024, 1_048_576]],
  ['ReceiveMessageWaitTimeSeconds', ['waitTime', 0, 20]],
]);

type NumberSetting = 'visibilityTimeout' | 'retention' | 'delay' | 'maximumMessageSize' | 'waitTime';

/** Attributes that AWS has and that have no effect here; their empty or off value changes nothing and is taken. */
const NOT_BUILT = new Map([
  ['KmsMasterKeyId', ['']],
  ['KmsDataKeyReusePeriodSeconds', ['', '300']],
  ['SqsManagedSseEnabled', ['', 'false']],
  ['FifoQueue', ['', 'false']],
  ['ContentBasedDeduplication', ['', 'false']],
  ['DeduplicationScope', ['']],
  ['FifoThroughputLimit', ['']],
]);

/** Settings with one attribute set. @throws ServiceError InvalidAttributeName, InvalidAttributeValue, UnsupportedOperation */
export function withAttribute<T extends QueueSettings>(settings: T, name: string, value: string): T {
  const number = NUMBERS.get(name);
  if (number) {
    const [setting, least, most] = number;
    const given = Number(value);
    if (!/^\d{1,9}$/.test(value) || given < least || given > most) throw invalidAttribute(name);
    return { ...settings, [setting]: given };
  }
  switch (name) {
    case 'Policy':
      return { ...settings, policy: value === '' ? undefined : readPolicy(value) };
    case 'RedrivePolicy':
      return { ...settings, redrive: value === '' ? undefined : readRedrive(value) };
    case 'RedriveAllowPolicy':
      return { ...settings, redriveAllow: value === '' ? undefined : readRedriveAllow(value) };
  }
  const off = NOT_BUILT.get(name);
  if (off?.includes(value)) return settings;
  if (off) throw notBuilt(name === 'FifoQueue' ? 'a FIFO queue' : `the attribute ${name}`);
  throw new ServiceError('InvalidAttributeName', `Unknown Attribute ${name.slice(0, 80)}.`);
}

/** The attributes asked for, `All` or by name, as GetQueueAttributes answers them. @throws ServiceError InvalidAttributeName */
export function attributesOf(
  queue: Queue,
  counts: () => QueueCounts,
  asked: readonly string[],
): Record<string, string> {
  const all = new Map<string, () => string | undefined>([
    ['QueueArn', () => queueArn(queue)],
    ['ApproximateNumberOfMessages', () => String(counts().visible)],
    ['ApproximateNumberOfMessagesNotVisible', () => String(counts().inFlight)],
    ['ApproximateNumberOfMessagesDelayed', () => String(counts().delayed)],
    ['CreatedTimestamp', () => String(Math.floor(queue.createdAt / 1000))],
    ['LastModifiedTimestamp', () => String(Math.floor(queue.modifiedAt / 1000))],
    ...[...NUMBERS].map(([name, [setting]]) => [name, () => String(queue[setting])] as const),
    ['Policy', () => queue.policy],
    ['RedrivePolicy', () => queue.redrive && JSON.stringify(queue.redrive)],
    ['RedriveAllowPolicy', () => queue.redriveAllow],
    ['SqsManagedSseEnabled', () => 'false'],
  ]);
  const names = asked.includes('All') ? [...all.keys()] : asked;
  const found: Record<string, string> = {};
  for (const name of names) {
    const read = all.get(name);
    if (!read) {
      if (NOT_BUILT.has(name)) continue;
      throw new ServiceError('InvalidAttributeName', `Unknown Attribute ${name.slice(0, 80)}.`);
    }
    const value = read();
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** May `source` name the owner of these settings as its dead-letter queue? */
export function allowsSource({ redriveAllow }: QueueSettings, sourceArn: string): boolean {
  if (redriveAllow === undefined) return true;
  const { redrivePermission, sourceQueueArns } = JSON.parse(redriveAllow) as {
    redrivePermission: string;
    sourceQueueArns?: string[];
  };
  if (redrivePermission === 'byQueue') return sourceQueueArns?.includes(sourceArn) ?? false;
  return redrivePermission === 'allowAll';
}

function invalidAttribute(name: string): ServiceError {
  return new ServiceError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

function readPolicy(text: string): string {
  try {
    parsePolicy(text, 'resource');
  } catch (cause) {
    const message = `Invalid value for the parameter Policy. Reason: ${(cause as Error).message}`;
    throw new ServiceError('InvalidAttributeValue', message, { cause });
  }
  return text;
}

function readRedrive(text: string): Redrive {
  const refuse = (reason: string) => invalidValue(text, 'RedrivePolicy', reason);
  const { deadLetterTargetArn: arn, maxReceiveCount, ...rest } = readObject(text, 'RedrivePolicy');
  if (typeof arn !== 'string' || !readQueueArn(arn)) throw refuse('Invalid value for deadLetterTargetArn.');
  const count = Number(maxReceiveCount);
  if (maxReceiveCount === undefined || !Number.isInteger(count) || count < 1 || count > 1_000) {
    throw refuse('Invalid value for maxReceiveCount: must be between 1 and 1000.');
  }
  const [more] = Object.keys(rest);
  if (more !== undefined) throw refuse(`Invalid key ${more.slice(0, 80)}.`);
  return { deadLetterTargetArn: arn, maxReceiveCount: count };
}

function readRedriveAllow(text: string): string {
  const refuse = (reason: string) => invalidValue(text, 'RedriveAllowPolicy', reason);
  const { redrivePermission: permission, sourceQueueArns: arns } = readObject(text, 'RedriveAllowPolicy');
  if (typeof permission !== 'string' || !['allowAll', 'denyAll', 'byQueue'].includes(permission)) {
    throw refuse('redrivePermission must be allowAll, denyAll or byQueue.');
  }
  const isList =
    Array.isArray(arns) &&
    arns.length > 0 &&
    arns.length <= 10 &&
    arns.every((arn) => typeof arn === 'string' && readQueueArn(arn));
  if ((permission === 'byQueue') !== isList || (permission !== 'byQueue' && arns !== undefined)) {
    throw refuse('sourceQueueArns must name one to ten queues, and only with byQueue.');
  }
  return text;
}

function readObject(text: string, parameter: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidValue(text, parameter, 'It is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidValue(text, parameter, 'It is not a JSON object.');
  }
  return value as Record<string, unknown>;
}
