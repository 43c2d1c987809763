import { ServiceError } from '../../aws/index.ts';

/**
 * CloudWatch's errors and their status, by the code that the query protocol gave them and that its clients still look
 * for. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
 */
export const ERRORS: ReadonlyMap<string, number> = new Map([
  ['InternalServiceError', 500],
  ['InvalidFormat', 400],
  ['InvalidNextToken', 400],
  ['InvalidParameterCombination', 400],
  ['InvalidParameterValue', 400],
  ['LimitExceeded', 400],
  ['MissingParameter', 400],
  ['ResourceNotFound', 404],
  ['ResourceNotFoundException', 404],
  ['ValidationError', 400],
]);

function refusal(code: string, message: string): ServiceError {
  return new ServiceError(code, message);
}

/** What is wrong with a value. */
export function invalid(message: string): ServiceError {
  return refusal('ValidationError', message);
}

/** A value of a parameter that cannot be. */
export function badValue(message: string): ServiceError {
  return refusal('InvalidParameterValue', message);
}

/** Parameters that do not go together. */
export function badCombination(message: string): ServiceError {
  return refusal('InvalidParameterCombination', message);
}

/** A parameter that is not there. */
export function missing(name: string): ServiceError {
  return refusal('MissingParameter', `The parameter ${name} is required.`);
}

/** A token that was not given out. */
export function badToken(): ServiceError {
  return refusal('InvalidNextToken', 'The specified nextToken is invalid.');
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
