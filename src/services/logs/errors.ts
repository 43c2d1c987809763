import { ServiceError } from '../../aws/index.ts';

/** CloudWatch Logs' errors and their status; https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
export const ERRORS: ReadonlyMap<string, number> = new Map([
  ['DataAlreadyAcceptedException', 400],
  ['InvalidParameterException', 400],
  ['InvalidSequenceTokenException', 400],
  ['LimitExceededException', 400],
  ['OperationAbortedException', 400],
  ['ResourceAlreadyExistsException', 400],
  ['ResourceNotFoundException', 400],
  ['ServiceUnavailableException', 500],
  ['TooManyTagsException', 400],
  ['UnrecognizedClientException', 400],
]);

/** The service's code for everything that is wrong with a request. */
export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
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
