const ANY_ARN = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:.+$/;

/** Types whose ARNs have a form of their own; versions and aliases of a function are not resources. */
const FORMS: ReadonlyMap<string, RegExp> = new Map([
  ['AWS::S3::Object', /^arn:aws[a-z-]*:s3:::[^/]+\/.*$/],
  ['AWS::Lambda::Function', /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[^:]+$/],
  ['AWS::DynamoDB::Table', /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[^/]+$/],
]);

/** Whether a text is a whole ARN of a resource type, as Equals and NotEquals of `resources.ARN` need it. */
export function isArnOfType(arn: string, resourceType: string): boolean {
  return (FORMS.get(resourceType) ?? ANY_ARN).test(arn);
}
