/**
 * The three resource types of basic selectors, with the form of their values: the whole type, or one resource.
 * Wildcards do not exist; a bucket needs its slash, so that `arn:aws:s3:::logs` cannot mean `logs-old` too.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
 */
export const VALUE_FORMS: ReadonlyMap<string, RegExp> = new Map([
  ['AWS::S3::Object', /^arn:aws[a-z-]*:s3(?:|:::|:::[a-z0-9][A-Za-z0-9._-]{1,254}\/[^*]*)$/],
  ['AWS::Lambda::Function', /^arn:aws[a-z-]*:lambda(?:|:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140})$/],
  ['AWS::DynamoDB::Table', /^arn:aws[a-z-]*:dynamodb(?:|:[a-z0-9-]+:\d{12}:table\/[A-Za-z0-9_.-]{1,255})$/],
]);

const WHOLE_TYPE = /^arn:aws[a-z-]*:(?:s3|s3:::|lambda|dynamodb)$/;

/** Whether a value means all resources of its type; such values do not count towards the 250. */
export function isWholeType(value: string): boolean {
  return WHOLE_TYPE.test(value);
}
