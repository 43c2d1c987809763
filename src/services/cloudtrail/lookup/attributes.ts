import type { LookupAttribute as WireAttribute } from '@aws-sdk/client-cloudtrail';
import { ServiceError } from '../../../aws/index.ts';
import type { LookupAttribute, LookupAttributeKey } from '../../../store/index.ts';

const KEYS: Readonly<Record<'Management' | 'Insight', ReadonlySet<string>>> = {
  Management: new Set<LookupAttributeKey>([
    'EventId',
    'EventName',
    'ReadOnly',
    'Username',
    'ResourceType',
    'ResourceName',
    'EventSource',
    'AccessKeyId',
  ]),
  Insight: new Set<LookupAttributeKey>(['EventId', 'EventName', 'EventSource']),
};

const MAX_VALUE_LENGTH = 2000;

/**
 * The attribute to look for, at most one. Of a value's length `_`, space, comma and line feed count twice.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html; the texts are ours.
 * @throws ServiceError InvalidLookupAttributesException
 */
export function readAttributes(
  attributes: readonly WireAttribute[],
  category: 'Management' | 'Insight',
): readonly LookupAttribute[] {
  if (attributes.length > 1) {
    throw refusal(`Only one lookup attribute can be specified; found ${attributes.length}.`);
  }
  return attributes.map(({ AttributeKey: key = '', AttributeValue: value = '' }) => {
    if (!KEYS[category].has(key)) {
      throw refusal(`Attribute key ${key} is not valid for ${category.toLowerCase()} events.`);
    }
    const length = value.length + (value.match(/[_ ,\n]/g)?.length ?? 0);
    if (length < 1 || length > MAX_VALUE_LENGTH) {
      throw refusal(`An attribute value must have between 1 and ${MAX_VALUE_LENGTH} characters.`);
    }
    if (key === 'ReadOnly' && value !== 'true' && value !== 'false') {
      throw refusal('The value of attribute ReadOnly must be true or false.');
    }
    return { key: key as LookupAttributeKey, value };
  });
}

function refusal(message: string): ServiceError {
  return new ServiceError('InvalidLookupAttributesException', message);
}
