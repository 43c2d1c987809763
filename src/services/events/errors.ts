import { ServiceError } from '../../aws/index.ts';

/** EventBridge's errors and their status; https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html */
export const ERRORS: ReadonlyMap<string, number> = new Map([
  ['ConcurrentModificationException', 400],
  ['InternalException', 500],
  ['InvalidEventPatternException', 400],
  ['LimitExceededException', 400],
  ['ManagedRuleException', 400],
  ['ResourceAlreadyExistsException', 400],
  ['ResourceNotFoundException', 400],
  ['ServiceUnavailableException', 500],
  ['ValidationException', 400],
]);

/** What is wrong with a request. */
export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** A parameter that is no good, in AWS's words. */
export function badParameter(name: string, reason: string): ServiceError {
  return invalid(`Parameter ${name.slice(0, 1_600)} is not valid. Reason: ${reason}`);
}

/** For what AWS has and we have not: said, never passed over. */
export function notBuilt(what: string): ServiceError {
  return invalid(`${what} is not built in this version of opentrail`);
}

/** A value that breaks a constraint of the model, in AWS's words. */
export function unfit(value: unknown, member: string, constraint: string): ServiceError {
  const shown = String(value).slice(0, 200);
  return invalid(
    `1 validation error detected: Value '${shown}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
