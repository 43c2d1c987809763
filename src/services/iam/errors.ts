/**
 * IAM's errors on the wire (the query protocol's names, without `Exception`) and their HTTP status.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and each operation's page
 */
export const ERRORS: ReadonlyMap<string, number> = new Map([
  ['ConcurrentModification', 409],
  ['DeleteConflict', 409],
  ['EntityAlreadyExists', 409],
  ['InvalidInput', 400],
  ['LimitExceeded', 409],
  ['MalformedPolicyDocument', 400],
  ['NoSuchEntity', 404],
  ['PolicyNotAttachable', 400],
  ['ServiceFailure', 500],
  ['UnmodifiableEntity', 400],
  ['ValidationError', 400],
]);
