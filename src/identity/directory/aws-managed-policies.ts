/**
 * The few of AWS's own policies that CloudTrail guides attach, by name, as ARN `arn:aws:iam::aws:policy/<name>`.
 * Their documents are ours: what the names promise, for the services that are served here.
 */
export const AWS_MANAGED_POLICIES: ReadonlyMap<string, { readonly id: string; readonly document: string }> =
  new Map([
    policy('AdministratorAccess', 'ANPAIWMBCKSKIEE64ZLYK', ['*']),
    policy('ReadOnlyAccess', 'ANPAILL3HVNFSB6DCOWYQ', [
      ...['cloudtrail:Get*', 'cloudtrail:Describe*', 'cloudtrail:List*', 'cloudtrail:LookupEvents'],
      ...['iam:Get*', 'iam:List*', 's3:Get*', 's3:List*', 'sns:Get*', 'sns:List*', 'logs:Get*', 'logs:List*'],
      ...[
        'logs:Describe*',
        'logs:FilterLogEvents',
        'cloudwatch:Get*',
        'cloudwatch:List*',
        'cloudwatch:Describe*',
      ],
      ...['organizations:Describe*', 'organizations:List*', 'events:Describe*', 'events:List*'],
    ]),
    policy('AWSCloudTrail_FullAccess', 'ANPA6DHJ2TQWZ4FULLAC2', [
      ...[
        'cloudtrail:*',
        's3:CreateBucket',
        's3:PutBucketPolicy',
        's3:PutBucketPublicAccessBlock',
        's3:GetObject',
      ],
      ...[
        's3:ListAllMyBuckets',
        's3:GetBucketLocation',
        's3:GetBucketPolicy',
        's3:ListBucket',
        'sns:CreateTopic',
      ],
      ...['sns:AddPermission', 'sns:SetTopicAttributes', 'sns:GetTopicAttributes', 'sns:ListTopics'],
      ...['logs:CreateLogGroup', 'iam:ListRoles', 'iam:GetRolePolicy', 'iam:GetUser', 'iam:CreateRole'],
      ...['iam:PutRolePolicy', 'iam:PassRole'],
    ]),
    policy('AWSCloudTrail_ReadOnlyAccess', 'ANPA6DHJ2TQWZ4READON2', [
      ...['cloudtrail:Get*', 'cloudtrail:Describe*', 'cloudtrail:List*', 'cloudtrail:LookupEvents'],
    ]),
    policy('AmazonS3FullAccess', 'ANPAIFIR6V6BVTRAHWINE', ['s3:*']),
    policy('AmazonS3ReadOnlyAccess', 'ANPAIZTJ4DXE7G6AGAE6M', ['s3:Get*', 's3:List*', 's3:Describe*']),
    policy('SecurityAudit', 'ANPAIX2T3QCXHR2OGGCTO', [
      ...[
        'cloudtrail:Describe*',
        'cloudtrail:Get*',
        'cloudtrail:List*',
        'cloudtrail:LookupEvents',
        'iam:Get*',
      ],
      ...['iam:List*', 's3:GetBucket*', 's3:GetEncryptionConfiguration', 's3:GetLifecycleConfiguration'],
      ...['s3:ListAllMyBuckets', 's3:ListBucket', 'sns:GetTopicAttributes', 'sns:List*', 'logs:Describe*'],
    ]),
  ]);

/** ARN prefix of AWS's own policies. */
export const AWS_POLICY_ARN = 'arn:aws:iam::aws:policy/';

function policy(name: string, id: string, actions: readonly string[]) {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  return [name, { id, document: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }] as const;
}
