import { NETWORK_ACTIVITY_SOURCES } from './network-sources.ts';
import { RESOURCE_TYPES } from './resource-types.ts';

/** How a field of an advanced selector may be used. */
export interface FieldUse {
  /** Only `Equals`, with exactly one value. */
  readonly single?: boolean;
  /** The operators allowed; absent: all six. */
  readonly operators?: readonly string[];
  /** The values allowed; absent: any. */
  readonly values?: (value: string) => boolean;
}

const ANY: FieldUse = {};
const CATEGORY: FieldUse = { single: true };
const READ_ONLY: FieldUse = { single: true, values: isBoolean };
const FROM_CONSOLE: FieldUse = { operators: ['Equals', 'NotEquals'], values: (value) => value === 'true' };

/**
 * The fields of a trail's advanced selectors, by event category; the order of `required` is that of AWS's message.
 * Event data stores take more: they are not trails.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
 */
export const CATEGORIES: ReadonlyMap<
  string,
  { readonly required: readonly string[]; readonly fields: ReadonlyMap<string, FieldUse> }
> = new Map([
  [
    'Management',
    {
      required: [],
      fields: new Map<string, FieldUse>([
        ['eventCategory', CATEGORY],
        ['readOnly', READ_ONLY],
        ['eventSource', { operators: ['NotEquals'], values: isExcludable }],
      ]),
    },
  ],
  [
    'Data',
    {
      required: ['resources.type'],
      fields: new Map<string, FieldUse>([
        ['eventCategory', CATEGORY],
        ['resources.type', { single: true, values: (value) => RESOURCE_TYPES.has(value) }],
        ['readOnly', READ_ONLY],
        ['eventName', ANY],
        ['resources.ARN', ANY],
        ['eventSource', ANY],
        ['eventType', ANY],
        ['sessionCredentialFromConsole', FROM_CONSOLE],
        ['userIdentity.arn', ANY],
      ]),
    },
  ],
  [
    'NetworkActivity',
    {
      required: ['eventSource'],
      fields: new Map<string, FieldUse>([
        ['eventCategory', CATEGORY],
        ['eventSource', { operators: ['Equals'], values: (value) => NETWORK_ACTIVITY_SOURCES.has(value) }],
        ['eventName', ANY],
        ['errorCode', { operators: ['Equals'], values: (value) => value === 'VpceAccessDenied' }],
        ['vpcEndpointId', ANY],
        ['userIdentity.arn', ANY],
      ]),
    },
  ],
]);

function isBoolean(value: string): boolean {
  return value === 'true' || value === 'false';
}

function isExcludable(value: string): boolean {
  return value === 'kms.amazonaws.com' || value === 'rdsdata.amazonaws.com';
}
