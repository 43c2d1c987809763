/**
 * Condition keys that tie a grant to somebody: with one of them, fixed, a statement for everyone is not public
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).
 */
const TYING_KEYS: ReadonlySet<string> = new Set([
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalaccount',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);

/** True if a bucket policy (JSON text that was checked) lets everyone in. */
export function isPublicPolicy(policy: string): boolean {
  const { Statement } = JSON.parse(policy) as { Statement: unknown };
  return listOf(Statement).some(isPublicStatement);
}

function isPublicStatement(statement: unknown): boolean {
  const { Effect, Principal, NotPrincipal, Condition } = statement as Record<string, unknown>;
  if (Effect !== 'Allow') return false;
  const everyone =
    NotPrincipal !== undefined ||
    Principal === '*' ||
    listOf((Principal as { AWS?: unknown } | undefined)?.AWS).includes('*');
  return everyone && !isTied(Condition);
}

function isTied(condition: unknown): boolean {
  return Object.entries((condition ?? {}) as Record<string, object>).some(([operator, keys]) =>
    Object.entries(keys ?? {}).some(
      ([key, values]) =>
        TYING_KEYS.has(key.toLowerCase()) &&
        !/Not|Null/.test(operator) &&
        !operator.endsWith('IfExists') &&
        listOf(values).every((value) => String(value) !== '*' && String(value) !== '0.0.0.0/0'),
    ),
  );
}

/** Policies write one thing or a list of things. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
