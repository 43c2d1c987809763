import type { OptionSpec } from './option-spec.ts';

const COMMON: readonly OptionSpec[] = [
  { name: 'aws-secret-key', kind: 'value', text: 'Set AWS secret key.' },
  { name: 'aws-access-key', kind: 'value', text: 'Set AWS access key.' },
  { name: 'aws-session-token', kind: 'value', text: 'Set AWS session token.' },
  { name: 'aws-role-arn', kind: 'value', text: 'Set ARN of the role to be assumed.' },
  {
    name: 'aws-profile',
    kind: 'value',
    text: 'Set AWS profile: a section of ~/.aws/credentials or ~/.aws/config.',
  },
  { name: 'endpoint-url', kind: 'value', text: 'Override AWS service endpoint URL if necessary.' },
  { name: 'endpoint', kind: 'value', text: 'The same as --endpoint-url.' },
  {
    name: 's3-endpoint-url',
    kind: 'value',
    text: 'S3 endpoint URL, where it is another one than --endpoint-url (mode digest).',
  },
  {
    name: 's3-addressing-style',
    kind: 'value',
    default: 'auto',
    text: "How a bucket is addressed (can be: 'auto', 'path', 'virtual'; default: 'auto', path at other endpoints than AWS's own). The custom mode awscli has that in its configuration.",
  },
  {
    name: 's3-profile',
    kind: 'value',
    text: 'AWS profile with the keys for S3, where they are other ones (mode digest).',
  },
  { name: 'region', kind: 'value', text: 'Set the region name (required).' },
  { name: 'period', kind: 'value', text: 'Set period in seconds.' },
  { name: 'timeframe', kind: 'value', text: 'Set timeframe in seconds.' },
  {
    name: 'statistic',
    kind: 'list',
    text: "Set cloudwatch statistics (can be: 'minimum', 'maximum', 'average', 'sum').",
  },
  {
    name: 'zeroed',
    kind: 'flag',
    text: 'Set metrics value to 0 if none. Useful when CloudWatch does not return value when not defined.',
  },
  {
    name: 'timeout',
    kind: 'value',
    default: '50',
    text: 'Set timeout in seconds, of the whole check (default: 50).',
  },
  { name: 'proxyurl', kind: 'value', text: 'Proxy URL if any.' },
  {
    name: 'skip-ssl-check',
    kind: 'flag',
    text: 'Avoid certificate issuer verification. Useful when AWS resources are hosted by a third party.',
  },
];

/** Options of the custom mode that runs the AWS CLI. */
export const AWSCLI_OPTIONS: readonly OptionSpec[] = [
  ...COMMON,
  { name: 'sudo', kind: 'flag', text: "Use 'sudo' to execute the command." },
  {
    name: 'command',
    kind: 'value',
    text: "Command to get information (default: 'aws'). Can be changed if you have output in a file.",
  },
  { name: 'command-path', kind: 'value', text: 'Command path (default: none).' },
  {
    name: 'command-options',
    kind: 'value',
    text: 'Command options (default: none). Only for testing: sets ALL parameters of the command.',
  },
];

/** Options of the custom mode that speaks to the API itself. */
export const SDK_OPTIONS: readonly OptionSpec[] = COMMON;
