import * as client from '@aws-sdk/client-sqs';
import { ServiceError } from '../../aws/index.ts';

/** Errors that SQS's model does not name and its server answers all the same. */
const UNMODELLED: readonly (readonly [code: string, status: number])[] = [
  ['InvalidParameterValue', 400],
  ['MissingParameter', 400],
];

/** SQS's errors, by the names of their shapes, and their status. */
export const ERRORS: ReadonlyMap<string, number> = new Map([
  ...modelledErrors().map(({ name, status }) => [name, status] as const),
  ...UNMODELLED,
]);

/**
 * The names that errors had before SQS spoke JSON: `AWS.SimpleQueueService.NonExistentQueue` and the like. Clients take
 * them from a header. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
 */
export const QUERY_CODES: ReadonlyMap<string, string> = new Map(
  modelledErrors().map(({ name, queryCode }) => [name, queryCode] as const),
);

/** The schemas of errors say both names: `[-3, namespace, name, { awsQueryError: [code, status] }, …]`. */
function modelledErrors(): { name: string; queryCode: string; status: number }[] {
  return Object.values(client).flatMap((value: unknown) => {
    if (!Array.isArray(value) || value[0] !== -3) return [];
    const name = String(value[2]);
    const old: unknown = Object(value[3]).awsQueryError;
    const [queryCode, status] = Array.isArray(old) ? old : [name, 400];
    return [{ name, queryCode: String(queryCode), status: Number(status) }];
  });
}

/** A value that cannot be; SQS's own form of words. */
export function invalidValue(value: unknown, parameter: string, reason: string): ServiceError {
  const shown = String(value).slice(0, 200);
  return new ServiceError(
    'InvalidParameterValue',
    `Value ${shown} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

/** A parameter that must be there. */
export function missing(parameter: string): ServiceError {
  return new ServiceError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}

/** For what AWS has and we have not: said, never passed over. */
export function notBuilt(what: string): ServiceError {
  return new ServiceError('UnsupportedOperation', `${what} is not built in this version of opentrail`);
}
