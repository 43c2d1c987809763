import { IdentityError } from '../identity-error.ts';
import { type Condition, compileCondition } from './condition.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import type { Element, Policy, PolicyKind, Statement } from './policy.ts';
import { isAwsPrincipal, type PrincipalEntry } from './principal.ts';

type Json = Readonly<Record<string, unknown>>;

const VERSIONS: readonly unknown[] = ['2008-10-17', '2012-10-17'];
const TOP = ['Version', 'Id', 'Statement'];
const FIELDS = [
  ...[
    'Sid',
    'Effect',
    'Action',
    'NotAction',
    'Resource',
    'NotResource',
    'Principal',
    'NotPrincipal',
    'Condition',
  ],
];
const PRINCIPAL_KINDS: readonly string[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
/** More text than any policy that IAM or S3 stores (S3: 20 kB). */
const LONGEST = 64 * 1024;

/**
 * Checks and compiles a policy document.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 * @throws IdentityError MalformedPolicyDocument, with AWS's words where they are known.
 */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  if (text.length > LONGEST) throw malformed(`Policy document is longer than ${LONGEST} characters.`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed(kind === 'trust' ? 'This policy contains invalid Json' : 'Syntax errors in policy.');
  }
  if (!isObject(document)) throw malformed('Syntax errors in policy.');
  for (const field of Object.keys(document))
    if (!TOP.includes(field)) throw malformed('Syntax errors in policy.');
  const version = document.Version ?? '2008-10-17';
  if (!VERSIONS.includes(version)) throw malformed('The policy must contain a valid version string');
  if (kind === 'identity' && version !== '2012-10-17') {
    throw malformed('Policy document must be version 2012-10-17 or greater.');
  }
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  if (document.Statement === undefined || statements.length === 0)
    throw malformed('Syntax errors in policy.');
  checkSids(statements, kind);
  return {
    statements: statements.map((statement) => parseStatement(statement, kind, version === '2012-10-17')),
  };
}

function parseStatement(statement: unknown, kind: PolicyKind, variables: boolean): Statement {
  if (!isObject(statement)) throw malformed('Syntax errors in policy.');
  for (const field of Object.keys(statement))
    if (!FIELDS.includes(field)) throw malformed(`Unknown field ${field}`);
  for (const field of kind === 'trust' ? ['Resource', 'NotResource', 'NotPrincipal'] : []) {
    if (statement[field] !== undefined) throw malformed(`Has prohibited field ${field}`);
  }
  const { Effect } = statement;
  if (Effect === undefined) throw malformed('Missing required field Effect');
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed('Syntax errors in policy.');
  return {
    effect: Effect,
    actions: parseActions(statement, kind),
    resources: parseResources(statement, kind, variables),
    principals: parsePrincipals(statement, kind),
    conditions: parseConditions(statement.Condition, variables),
  };
}

function parseActions(statement: Json, kind: PolicyKind): Element<Pattern> {
  const { not, values } = readElement(statement, 'Action', 'Policy statement must contain actions.');
  for (const action of values) {
    if (action === '*') continue;
    if (!action.includes(':')) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
    if (action.split(':').length > 2) throw malformed('Actions/Condition can contain only one colon.');
    if (!/^[\w*?-]+:[\w*?]+$/.test(action)) throw malformed('Syntax errors in policy.');
    if (kind === 'trust' && !/^sts:/i.test(action)) {
      throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
  const options = { wildcards: true, variables: false, ignoreCase: true };
  return { not, entries: values.map((value) => compilePattern(value, options)) };
}

function parseResources(statement: Json, kind: PolicyKind, variables: boolean): Element<Pattern> | undefined {
  if (kind === 'trust') return undefined;
  const { not, values } = readElement(statement, 'Resource', 'Policy statement must contain resources.');
  for (const resource of values) {
    if (/^arn:[^:]*:[^:]*:[^:]*:[^:]*:./.test(resource) || isLooseResource(resource)) continue;
    throw malformed(`Resource ${resource.slice(0, 300)} must be in ARN format or "*".`);
  }
  return { not, entries: values.map((value) => compilePattern(value, { wildcards: true, variables })) };
}

/** `*`, `arn:aws:s3:::*` written short (`arn:aws:s3*`), or a variable that holds the ARN's head. */
function isLooseResource(resource: string): boolean {
  return resource === '*' || /^arn:.*\*$/.test(resource) || resource.startsWith('${');
}

function parsePrincipals(statement: Json, kind: PolicyKind): Element<PrincipalEntry> | undefined {
  const fields = ['Principal', 'NotPrincipal'].filter((field) => statement[field] !== undefined);
  if (kind === 'identity') {
    if (fields.length > 0) throw malformed('Policy document should not specify a principal.');
    return undefined;
  }
  const [field] = fields;
  if (field === undefined) throw malformed('Missing required field Principal');
  if (fields.length > 1) throw malformed('Syntax errors in policy.');
  return { not: field === 'NotPrincipal', entries: readPrincipals(statement[field]) };
}

function readPrincipals(given: unknown): PrincipalEntry[] {
  if (given === '*') return [{ kind: 'AWS', value: '*' }];
  if (!isObject(given)) throw malformed('Invalid principal in policy.');
  const entries = Object.entries(given).flatMap(([kind, values]) => {
    if (!PRINCIPAL_KINDS.includes(kind))
      throw malformed(`Invalid principal in policy: "${kind.slice(0, 100)}"`);
    return readStrings(values).map((value) => ({ kind: kind as PrincipalEntry['kind'], value }));
  });
  if (entries.length === 0) throw malformed('Missing required field Principal');
  for (const { kind, value } of entries) {
    const valid =
      kind === 'AWS' ? isAwsPrincipal(value) : kind !== 'Service' || /^[\w.-]+\.[\w.-]+$/.test(value);
    if (!valid) throw malformed(`Invalid principal in policy: "${kind}":"${value.slice(0, 300)}"`);
  }
  return entries;
}

function parseConditions(given: unknown, variables: boolean): Condition[] {
  if (given === undefined) return [];
  if (!isObject(given)) throw malformed('Syntax errors in policy.');
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(given)) {
    if (!isObject(keys)) throw malformed('Syntax errors in policy.');
    for (const [key, values] of Object.entries(keys)) {
      const list = Array.isArray(values) ? values : [values];
      const texts = list.map((value) => {
        if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') {
          throw malformed('Syntax errors in policy.');
        }
        return String(value);
      });
      const compiled = compileCondition(operator, key, texts, variables);
      if (!compiled) throw malformed(`Invalid Condition type or value : ${operator.slice(0, 100)}.`);
      conditions.push(compiled);
    }
  }
  return conditions;
}

/** Reads `X` or `NotX`, which must be there once. */
function readElement(statement: Json, name: string, absent: string): { not: boolean; values: string[] } {
  const plain = statement[name];
  const negated = statement[`Not${name}`];
  if (plain !== undefined && negated !== undefined) throw malformed('Syntax errors in policy.');
  if (plain === undefined && negated === undefined) throw malformed(absent);
  const values = readStrings(plain ?? negated);
  if (values.length === 0) throw malformed(absent);
  return { not: plain === undefined, values };
}

function readStrings(given: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(given) ? given : [given];
  return values.map((value) => {
    if (typeof value !== 'string' || value === '') throw malformed('Syntax errors in policy.');
    return value;
  });
}

function checkSids(statements: readonly unknown[], kind: PolicyKind): void {
  const seen = new Set<unknown>();
  for (const statement of statements) {
    if (!isObject(statement) || statement.Sid === undefined || statement.Sid === '') continue;
    const { Sid } = statement;
    if (typeof Sid !== 'string') throw malformed('Syntax errors in policy.');
    if (kind === 'identity' && !/^[0-9A-Za-z]*$/.test(Sid)) {
      throw malformed(
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      );
    }
    if (seen.has(Sid)) throw malformed('Statement IDs (SID) in a single policy must be unique.');
    seen.add(Sid);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(message: string): IdentityError {
  return new IdentityError('MalformedPolicyDocument', message);
}
