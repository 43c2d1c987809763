import { s3Error } from '../errors.ts';

/** Bytes of a bucket policy (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html). */
const MAX_POLICY_BYTES = 20_480;

const STATEMENT_MEMBERS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Checks a bucket policy's form and answers it as compact JSON, the form in which S3 gives it back.
 * @throws ServiceError MalformedPolicy with S3's words, which name the first thing that is wrong.
 */
export function checkBucketPolicy(text: string, bucket: string): string {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) {
    throw malformed('The policy exceeds the maximum size of 20480 bytes');
  }
  const policy = parse(text);
  const { Version: version, Statement: statements } = policy;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string');
  }
  const list = Array.isArray(statements) ? statements : statements === undefined ? [] : [statements];
  if (list.length === 0) throw malformed('Could not parse the policy: Statement is empty!');
  for (const statement of list) checkStatement(statement, bucket);
  return JSON.stringify(policy);
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw malformed("Policies must be valid JSON and the first byte must be '{'");
}

function checkStatement(statement: unknown, bucket: string): void {
  if (!isObject(statement)) throw malformed('Invalid policy syntax.');
  for (const member of Object.keys(statement)) {
    if (!STATEMENT_MEMBERS.has(member)) throw malformed(`Unknown field ${member}`);
  }
  const { Effect: effect } = statement;
  if (effect === undefined) throw malformed('Missing required field Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`Invalid effect: ${String(effect)}`);
  checkPrincipal(one(statement, 'Principal', 'NotPrincipal'));
  checkActions(one(statement, 'Action', 'NotAction'));
  checkResources(one(statement, 'Resource', 'NotResource'), bucket);
  const { Condition: condition } = statement;
  if (condition !== undefined && !(isObject(condition) && Object.values(condition).every(isObject))) {
    throw malformed('Conditions must be a map of operators to keys');
  }
}

/** The value of exactly one of two members. */
function one(statement: Record<string, unknown>, name: string, negated: string): unknown {
  if (statement[name] !== undefined && statement[negated] !== undefined) {
    throw malformed(`Statement must not contain both ${name} and ${negated}`);
  }
  const value = statement[name] ?? statement[negated];
  if (value === undefined) throw malformed(`Missing required field ${name}`);
  return value;
}

function checkPrincipal(principal: unknown): void {
  if (principal === '*') return;
  if (!isObject(principal) || Object.keys(principal).length === 0)
    throw malformed('Invalid principal in policy');
  for (const [kind, names] of Object.entries(principal)) {
    const isKnown = ['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind);
    if (!isKnown || !strings(names)) throw malformed('Invalid principal in policy');
    if (kind === 'AWS' && !strings(names)!.every(isAwsPrincipal))
      throw malformed('Invalid principal in policy');
  }
}

function isAwsPrincipal(name: string): boolean {
  return (
    name === '*' ||
    /^\d{12}$/.test(name) ||
    /^arn:[\w-]+:(iam|sts)::\d{12}:.+$/.test(name) ||
    /^A[A-Z]{3}\w+$/.test(name)
  );
}

function checkActions(value: unknown): void {
  const actions = strings(value);
  if (!actions?.every((action) => action === '*' || /^s3:[\w*?]+$/i.test(action))) {
    throw malformed('Policy has invalid action');
  }
}

/** A bucket's policy may speak of that bucket and its objects only. */
function checkResources(value: unknown, bucket: string): void {
  const resources = strings(value);
  const isOurs = (resource: string) => {
    const name = /^arn:[\w-]+:s3:::([^/]*)/.exec(resource)?.[1];
    return name !== undefined && matchesGlob(name, bucket);
  };
  if (!resources?.every((resource) => resource === '*' || isOurs(resource))) {
    throw malformed('Policy has invalid resource');
  }
}

/**
 * `*` and `?` as in ARNs. Going back to the last star only keeps it quadratic at worst: the pattern is a stranger's,
 * and a regular expression made of it could take for ever.
 */
function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starred = 0;
  for (let index = 0; index < text.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      starred = index;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++starred;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

function strings(value: unknown): readonly string[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item) => typeof item === 'string') ? (list as string[]) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(message: string) {
  return s3Error('MalformedPolicy', message);
}
