import { CheckFailure } from '../failure.ts';
import { compilePattern } from '../perl/pattern.ts';

/** A kind of event worth a look: every condition must hold. */
export interface SuspiciousPattern {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

/** The text at a path of the event, such as `userIdentity.type`, must match. */
export interface Condition {
  readonly path: readonly string[];
  readonly pattern: RegExp;
  readonly source: string;
}

/** The patterns that come along: what the CIS benchmark for AWS (chapter 4, Monitoring) wants to be told of. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['root', 'userIdentity.type=^Root$,eventType=^(?!AwsServiceEvent$)'],
  ['denied', 'errorCode=UnauthorizedOperation$|^AccessDenied'],
  ['login-failure', 'eventName=^ConsoleLogin$,errorMessage=.'],
  ['login-without-mfa', 'eventName=^ConsoleLogin$,additionalEventData.MFAUsed=^No$'],
  [
    'trail-change',
    'eventName=^(StopLogging|DeleteTrail|UpdateTrail|PutEventSelectors|DeleteEventDataStore)$',
  ],
  ['key-deletion', 'eventSource=^kms\\.,eventName=^(DisableKey|ScheduleKeyDeletion)$'],
  [
    'policy-change',
    'eventSource=^iam\\.,eventName=^(Put|Delete|Attach|Detach|Create)(Group|Role|User)?Policy(Version)?$',
  ],
  [
    'bucket-policy-change',
    'eventSource=^s3\\.,eventName=^(Put|Delete)Bucket(Acl|Policy|Cors|Lifecycle|Replication)',
  ],
  ['security-group-change', 'eventName=^((Authorize|Revoke)SecurityGroup|(Create|Delete)SecurityGroup$)'],
]);

/** Names of the patterns that come along. */
export const BUILT_IN_NAMES: readonly string[] = [...BUILT_IN.keys()];

/** A pattern that comes along. @throws CheckFailure when there is none of that name */
export function builtInPattern(name: string): SuspiciousPattern {
  const text = BUILT_IN.get(name);
  if (text === undefined) {
    throw new CheckFailure(`there is no pattern '${name}'; there are: ${BUILT_IN_NAMES.join(', ')}`);
  }
  return { name, conditions: readConditions(text) };
}

/** Reads `NAME:FIELD=REGEXP[,FIELD=REGEXP…]`. @throws CheckFailure when it is not of this form */
export function readPattern(text: string): SuspiciousPattern {
  const match = /^([\w-]+):([\s\S]+=[\s\S]+)$/.exec(text);
  if (!match)
    throw new CheckFailure(`Wrong pattern option '${text}' (syntax: name:field=regexp,field=regexp)`);
  return { name: match[1]!, conditions: readConditions(match[2]!) };
}

function readConditions(text: string): readonly Condition[] {
  // A comma separates conditions only where another field follows; inside a regexp it stays.
  return text.split(/,(?=[\w.]+=)/).map((part) => {
    const at = part.indexOf('=');
    const source = part.slice(at + 1);
    return { path: part.slice(0, at).split('.'), pattern: compilePattern(source), source };
  });
}

/** Whether the event is of this kind. */
export function matchesPattern(event: unknown, { conditions }: SuspiciousPattern): boolean {
  return conditions.every(({ path, pattern }) => {
    const text = textAt(event, path);
    return text !== undefined && pattern.test(text);
  });
}

/** The text or number at a path, or nothing. */
export function textAt(event: unknown, path: readonly string[]): string | undefined {
  let value = event;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
